// Line icons on a 24-unit grid, drawn for this page.

const paths = {
  administration: "M4 20V9l8-5 8 5v11M4 20h16M9 20v-6h6v6",
  land: "M3 7l6-3 6 3 6-3v13l-6 3-6-3-6 3zM9 4v13M15 7v13",
  transport: "M8 3L5 21M16 3l3 18M12 4v3M12 10.5v3M12 17v3",
  water: "M3 8c3-3 6 3 9 0s6 3 9 0M3 14c3-3 6 3 9 0s6 3 9 0M3 20c3-3 6 3 9 0s6 3 9 0",
  environment: "M12 21V11M12 13c-5 0-7-3-7-8 5 0 7 3 7 8zM12 16c4 0 6-2 6-6-4 0-6 2-6 6z",
  construction: "M5 21V4h9v17M14 10h5v11M3 21h18M8 8h3M8 12h3M8 16h3",
  health: "M9 3h6v6h6v6h-6v6H9v-6H3V9h6z",
  education: "M2 9l10-5 10 5-10 5zM6 11.5V17c3 2.5 9 2.5 12 0v-5.5",
  tourism: "M12 21s7-6.5 7-11.5A7 7 0 0 0 5 9.5C5 14.5 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  industry: "M3 21V10l6 4v-4l6 4V4h4v17zM3 21h18",
  agriculture: "M12 21V8M12 8c0-3 1.5-4.5 0-6-1.5 1.5 0 3 0 6zM12 13c-3 0-5-1-5-4 3 0 5 1 5 4zM12 13c3 0 5-1 5-4-3 0-5 1-5 4zM12 18c-3 0-5-1-5-4 3 0 5 1 5 4zM12 18c3 0 5-1 5-4-3 0-5 1-5 4z",
  population: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2.200.8 3.5 2.700 3.5 5.5",
  terrain: "M2 19l7-12 4 6.5 2.5-4L22 19zM7.5 10l1.5 2 1.700-2",
  other: "M12 3l9 5-9 5-9-5zM3 12.5l9 5 9-5M3 17l9 5 9-5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L21 21",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  north: "M12 3l5 17-5-4-5 4z",
  home: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  down: "M6 9l6 6 6-6",
  target: "M12 18a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM12 2v4M12 18v4M2 12h4M18 12h4",
  compare: "M12 3v18M4 6h5v12H4zM15 6h5v12h-5z",
  download: "M12 4v11M7.5 11L12 15.5 16.5 11M4 20h16",
  menu: "M4 7h16M4 12h16M4 17h16",
  play: "M7 4.5v15l12-7.5z",
  table: "M3 5h18v14H3zM3 10h18M9 10v9",
  layers: "M12 3l9 5-9 5-9-5zM3 13l9 5 9-5",
  analysis: "M4 20V4M4 20h16M8 16v-5M12 16V8M16 16v-7",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 7.5v.5",
} as const;

export type IconName = keyof typeof paths;

/** The icon as an SVG element; it says nothing to a screen reader, its button does. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", paths[name as IconName] ?? paths.other);
  svg.append(path);
  return svg;
}
