// Vietnamese text without its diacritics, as people type it when they search.

/** Lower case, no diacritics, `đ` as `d`: `Sông Kinh Thầy` → `song kinh thay`. */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("đ", "d");
}

/** Where `needle` stands in `text` when diacritics and case do not count, as [from, to) of the NFC text; null when nowhere. */
export function findFolded(text: string, needle: string): [number, number] | null {
  const wanted = fold(needle).trim();
  if (wanted === "") return null;
  const characters = [...text.normalize("NFC")];
  const folded = characters.map(fold);
  const from = folded.join("").indexOf(wanted);
  if (from < 0) return null;
  const position = (length: number): number => {
    let row = 0;
    for (let seen = 0; row < folded.length && seen < length; row += 1) seen += folded[row]?.length ?? 0;
    return characters.slice(0, row).join("").length;
  };
  return [position(from), position(from + wanted.length)];
}
