// The tabs of the panel, as the ARIA pattern has them: arrows move, one tab stop.

/** Makes the buttons of a tab list switch the panels they name in `aria-controls`. */
export function makeTabs(list: HTMLElement): (id: string) => void {
  const tabs = [...list.querySelectorAll<HTMLButtonElement>("[role=tab]")];
  const select = (chosen: HTMLButtonElement): void => {
    for (const tab of tabs) {
      const active = tab === chosen;
      tab.setAttribute("aria-selected", String(active));
      tab.tabIndex = active ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = !active;
    }
  };
  for (const [row, tab] of tabs.entries()) {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", (event) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      const next = tabs[(row + step + tabs.length) % tabs.length];
      if (step === 0 || !next) return;
      select(next);
      next.focus();
    });
  }
  return (id) => {
    const tab = tabs.find((candidate) => candidate.id === id);
    if (tab) select(tab);
  };
}
