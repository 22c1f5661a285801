// Numbers, dates and coordinates as a reader of the chosen language writes them.

export type Language = "vi" | "en";

const locale = { vi: "vi-VN", en: "en-GB" } as const;

/** A number with at most `digits` decimals: 1234567.891 → `1.234.567,89` in Vietnamese. */
export function formatNumber(value: number, language: Language, digits = 2): string {
  return new Intl.NumberFormat(locale[language], { maximumFractionDigits: digits }).format(value);
}

/** A number whose decimals follow its size: large ones whole, small ones with three significant digits. */
export function formatMeasure(value: number, language: Language): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 1000) return formatNumber(value, language, 0);
  if (size >= 1) return formatNumber(value, language, 2);
  return new Intl.NumberFormat(locale[language], { maximumSignificantDigits: 3 }).format(value);
}

/** An area: square metres below one hectare, hectares below one square kilometre, else km². */
export function formatArea(area_m2: number, language: Language): string {
  if (area_m2 < 10_000) return `${formatNumber(area_m2, language, area_m2 < 100 ? 1 : 0)} m²`;
  if (area_m2 < 1_000_000) return `${formatNumber(area_m2 / 10_000, language, 2)} ha`;
  return `${formatNumber(area_m2 / 1_000_000, language, 2)} km²`;
}

/** A share between 0 and 1 as a percentage. */
export function formatShare(share: number, language: Language): string {
  return `${formatNumber(share * 100, language, 0)} %`;
}

/** A moment or date in ISO 8601, or the text itself when it is none. */
export function formatMoment(text: string, language: Language): string {
  const moment = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(moment.getTime())) return text;
  const dateOnly = /^\d{4}-\d{2}-\d{2}$/.test(text);
  return new Intl.DateTimeFormat(locale[language], {
    dateStyle: "medium",
    ...(dateOnly ? { timeZone: "UTC" } : { timeStyle: "short", timeZone: "Asia/Ho_Chi_Minh" }),
  }).format(moment);
}

/** Longitude and latitude: `106,33120° Đ · 20,94120° B`. */
export function formatLonLat(lon: number, lat: number, language: Language): string {
  const format = new Intl.NumberFormat(locale[language], { minimumFractionDigits: 5, maximumFractionDigits: 5 });
  const [east, west, north, south] = language === "vi" ? ["Đ", "T", "B", "N"] : ["E", "W", "N", "S"];
  return `${format.format(Math.abs(lon))}° ${lon < 0 ? west : east} · ${format.format(Math.abs(lat))}° ${lat < 0 ? south : north}`;
}
