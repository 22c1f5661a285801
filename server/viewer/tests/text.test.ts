import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { attributeName, attributeUnit, displayName, isInternal } from "../src/text/attributes";
import { en } from "../src/text/en";
import { findFolded, fold } from "../src/text/fold";
import { landUse } from "../src/text/land_codes";
import { formatArea, formatLonLat, formatMeasure, formatMoment, formatNumber, formatShare } from "../src/text/number";
import { formatValue } from "../src/text/values";
import { vi } from "../src/text/vi";

describe("texts", () => {
  it("every key is in both languages, none is empty, placeholders agree", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort());
    const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [key, text] of Object.entries(vi)) {
      expect(text, key).not.toBe("");
      expect(placeholders(en[key as keyof typeof en]), key).toEqual(placeholders(text));
    }
  });

  it("every key the page names exists", () => {
    const page = readFileSync(new URL("../index.html", import.meta.url), "utf8");
    const named = [...page.matchAll(/data-t(?:-label|-title)?="([^"]+)"/g)].map((match) => match[1]);
    expect(named.length).toBeGreaterThan(10);
    for (const key of named) expect(vi).toHaveProperty([key ?? ""]);
  });

  it("Vietnamese texts are in composed form", () => {
    for (const text of Object.values(vi)) expect(text).toBe(text.normalize("NFC"));
  });
});

describe("fold", () => {
  it("takes diacritics, case and đ away", () => {
    expect(fold("Sông Kinh Thầy")).toBe("song kinh thay");
    expect(fold("Đường Nguyễn Lương Bằng")).toBe("duong nguyen luong bang");
    expect(fold("ƯỚC")).toBe("uoc");
  });

  it("is the same for composed and decomposed text", () => {
    expect(fold("Chí Linh".normalize("NFD"))).toBe(fold("Chí Linh".normalize("NFC")));
  });

  it("finds where the typed text stands", () => {
    expect(findFolded("Thành phố Chí Linh", "chi linh")).toEqual([10, 18]);
    expect(findFolded("Phường Trần Phú".normalize("NFD"), "tran")).toEqual([7, 11]);
    expect(findFolded("Gia Lộc", "chi linh")).toBeNull();
    expect(findFolded("Gia Lộc", "  ")).toBeNull();
  });
});

describe("numbers", () => {
  it("are written as the language does", () => {
    expect(formatNumber(1234567.891, "vi")).toBe("1.234.567,89");
    expect(formatNumber(1234567.891, "en")).toBe("1,234,567.89");
    expect(formatShare(0.4, "vi")).toBe("40 %");
  });

  it("keep as many decimals as their size deserves", () => {
    expect(formatMeasure(12345.678, "vi")).toBe("12.346");
    expect(formatMeasure(12.345, "vi")).toBe("12,35");
    expect(formatMeasure(0.0012345, "vi")).toBe("0,00123");
    expect(formatMeasure(7, "vi")).toBe("7");
  });

  it("areas change their unit with their size", () => {
    expect(formatArea(85.25, "vi")).toBe("85,3 m²");
    expect(formatArea(9_999, "vi")).toBe("9.999 m²");
    expect(formatArea(125_000, "vi")).toBe("12,5 ha");
    expect(formatArea(1_668_400_000, "vi")).toBe("1.668,4 km²");
  });

  it("positions name their hemispheres", () => {
    expect(formatLonLat(106.3312, 20.9412, "vi")).toBe("106,33120° Đ · 20,94120° B");
    expect(formatLonLat(-1, -2, "en")).toBe("1.00000° W · 2.00000° S");
  });

  it("dates are not moved by time zones and what is no date stays", () => {
    expect(formatMoment("2024-05-17", "en")).toBe("17 May 2024");
    expect(formatMoment("QL.5", "vi")).toBe("QL.5");
  });
});

describe("attributes", () => {
  it("have names and units", () => {
    expect(attributeName("dien_tich", "vi")).toBe("Diện tích thửa");
    expect(attributeName("some_new_name", "en")).toBe("Some new name");
    expect(attributeUnit("dien_tich")).toBe("m²");
    expect(attributeUnit("width_m")).toBe("m");
    expect(attributeUnit("name")).toBe("");
    expect(isInternal("geom")).toBe(true);
  });

  it("values are put in words", () => {
    expect(formatValue("class", "national", "vi")).toBe("Quốc lộ");
    expect(formatValue("oneway", false, "vi")).toBe("Không");
    expect(formatValue("grade", 2, "vi", "dykes")).toBe("Cấp 2");
    expect(formatValue("nam_qh", 2030, "vi")).toBe("2030");
    expect(formatValue("dien_tich", 1250.4, "vi")).toBe("1.250 m²");
    expect(formatValue("share", 0.256, "vi")).toBe("25,6 %");
    expect(formatValue("p", 4e-12, "vi")).toBe("< 0,0001");
    expect(formatValue("name", null, "vi")).toBe("–");
  });

  it("land codes may be mixed, unknown ones stay codes", () => {
    expect(landUse("ONT+CLN", "vi")).toBe("ONT+CLN · Đất ở tại nông thôn + Đất trồng cây lâu năm");
    expect(landUse("LUC+XYZ", "en")).toBe("LUC+XYZ · Wet rice + XYZ");
    expect(landUse("XYZ", "vi")).toBeNull();
  });

  it("a feature is called by what names it best", () => {
    expect(displayName({ name: "Sông Luộc", ref: "1" })).toBe("Sông Luộc");
    expect(displayName({ name: "", so_to: 3, so_thua: 15 })).toBe("Thửa 15, tờ 3");
    expect(displayName({ floors: 2 })).toBeNull();
  });
});
