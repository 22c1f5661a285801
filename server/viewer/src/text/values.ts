// Coded values in words: `class = national` is "Quốc lộ". Values the dictionary lacks are shown as they are.

import { attributeUnit } from "./attributes";
import { landUse } from "./land_codes";
import { formatMeasure, formatMoment, formatNumber, type Language } from "./number";

type Words = readonly [vi: string, en: string];

const words: Record<string, Words> = {
  air: ["Không khí", "Air"],
  canal: ["Kênh", "Canal"],
  city: ["Thành phố", "City"],
  cluster: ["Cụm công nghiệp", "Industrial cluster"],
  commercial: ["Thương mại", "Commercial"],
  commune: ["Đường xã", "Commune road"],
  conflict: ["Xung đột", "Conflict"],
  ditch: ["Mương", "Ditch"],
  district: ["Đường huyện", "District road"],
  expressway: ["Cao tốc", "Expressway"],
  fatal: ["Chết người", "Fatal"],
  health_station: ["Trạm y tế", "Health station"],
  hospital: ["Bệnh viện", "Hospital"],
  industrial: ["Công nghiệp", "Industrial"],
  kindergarten: ["Mầm non", "Kindergarten"],
  lake: ["Hồ", "Lake"],
  lane: ["Ngõ, xóm", "Lane"],
  light: ["Nhẹ", "Light"],
  lower_secondary: ["Trung học cơ sở", "Lower secondary"],
  national: ["Quốc lộ", "National road"],
  park: ["Khu công nghiệp", "Industrial park"],
  pond: ["Ao", "Pond"],
  primary: ["Tiểu học", "Primary"],
  provincial: ["Tỉnh lộ", "Provincial road"],
  public: ["Công cộng", "Public"],
  residential: ["Nhà ở", "Residential"],
  river: ["Sông", "River"],
  serious: ["Nghiêm trọng", "Serious"],
  street: ["Đường phố", "Street"],
  town: ["Thị trấn, thị xã", "Town"],
  upper_secondary: ["Trung học phổ thông", "Upper secondary"],
  village: ["Thôn", "Village"],
  water: ["Nước", "Water"],
};

const perAttribute: Record<string, Record<string, Words>> = {
  kind: {
    commune: ["Xã", "Commune"],
    district: ["Huyện", "District"],
    "thành phố": ["Thành phố", "City"],
    "thị xã": ["Thị xã", "Town"],
    "huyện": ["Huyện", "District"],
    "phường": ["Phường", "Ward"],
    "xã": ["Xã", "Commune"],
    "thị trấn": ["Thị trấn", "Township"],
  },
  class: {
    hot_99: ["Nóng · 99 %", "Hot · 99 %"],
    hot_95: ["Nóng · 95 %", "Hot · 95 %"],
    hot_90: ["Nóng · 90 %", "Hot · 90 %"],
    none: ["Không có ý nghĩa", "Not significant"],
    cold_90: ["Lạnh · 90 %", "Cold · 90 %"],
    cold_95: ["Lạnh · 95 %", "Cold · 95 %"],
    cold_99: ["Lạnh · 99 %", "Cold · 99 %"],
  },
  rank: {
    "1": ["Thành phố", "City"],
    "2": ["Thị xã, thị trấn", "Town"],
    "3": ["Xã, phường", "Commune"],
    "4": ["Thôn", "Village"],
  },
  use: { public: ["Công trình công cộng", "Public"] },
  land_cover: {
    "10": ["Rừng, cây lâu năm", "Trees"],
    "20": ["Cây bụi", "Shrubland"],
    "30": ["Đồng cỏ", "Grassland"],
    "40": ["Đất canh tác", "Cropland"],
    "50": ["Đất xây dựng", "Built-up"],
    "80": ["Mặt nước", "Water"],
    "90": ["Đất ngập nước", "Wetland"],
  },
};

const landAttributes = new Set(["ma_dat", "ma_qh"]);
const gradeAttributes: Record<string, Record<string, Words>> = {
  dykes: { grade: ["Cấp {value}", "Grade {value}"] },
  markets: { class: ["Hạng {value}", "Class {value}"] },
};

/** A coded value in words, or null when it is not a known code. */
export function valueWords(attribute: string, value: string, language: Language): string | null {
  if (landAttributes.has(attribute)) return landUse(value, language);
  const found = perAttribute[attribute]?.[value] ?? words[value];
  return found ? found[language === "vi" ? 0 : 1] : null;
}

/** Any attribute's value for a reader: words, number with unit, date, yes or no. */
export function formatValue(attribute: string, value: unknown, language: Language, layer = ""): string {
  if (value === null || value === undefined || value === "") return "–";
  const grade = gradeAttributes[layer]?.[attribute];
  if (grade) return grade[language === "vi" ? 0 : 1].replace("{value}", String(value));
  if (typeof value === "boolean") return value ? (language === "vi" ? "Có" : "Yes") : language === "vi" ? "Không" : "No";
  if (typeof value === "number") {
    const word = perAttribute[attribute]?.[String(value)];
    if (word) return word[language === "vi" ? 0 : 1];
    if (/^(p|q)(_|$)/.test(attribute) && value < 0.0001) return `< ${formatNumber(0.0001, language, 4)}`;
    if (/(^|_)share$/.test(attribute)) return `${formatNumber(value * 100, language, 1)} %`;
    const text = /(^|_)(nam|year|code)(_|$)/.test(attribute) ? String(value) : formatMeasure(value, language);
    const unit = attributeUnit(attribute);
    return unit === "" ? text : `${text} ${unit}`;
  }
  if (typeof value === "object") return JSON.stringify(value);
  const text = String(value);
  if (/^\d{4}-\d{2}-\d{2}([T ]|$)/.test(text)) return formatMoment(text.replace(" ", "T"), language);
  return valueWords(attribute, text, language) ?? text;
}
