// What each attribute is called in front of a person, and the unit its numbers carry.

import type { Language } from "./number";

type Words = readonly [vi: string, en: string];

const names: Record<string, Words> = {
  analysis: ["Phép phân tích", "Analysis"],
  accidents: ["Số vụ tai nạn", "Accidents"],
  age_0_2: ["0–2 tuổi", "Age 0–2"],
  age_3_5: ["3–5 tuổi", "Age 3–5"],
  age_6_10: ["6–10 tuổi", "Age 6–10"],
  age_11_14: ["11–14 tuổi", "Age 11–14"],
  age_15_17: ["15–17 tuổi", "Age 15–17"],
  age_18_59: ["18–59 tuổi", "Age 18–59"],
  age_60_plus: ["Từ 60 tuổi", "Age 60 and over"],
  area_ha: ["Diện tích", "Area"],
  area_km2: ["Diện tích", "Area"],
  area_m2: ["Diện tích", "Area"],
  beds: ["Giường bệnh", "Beds"],
  bridge: ["Cầu", "Bridge"],
  cell: ["Ô H3", "H3 cell"],
  class: ["Cấp, hạng", "Class"],
  code: ["Mã", "Code"],
  commune: ["Xã, phường", "Commune"],
  commune_code: ["Mã xã", "Commune code"],
  computed_at: ["Thời điểm tính", "Computed at"],
  count: ["Số lượng", "Count"],
  deaths: ["Số người chết", "Deaths"],
  dia_danh: ["Địa danh", "Place"],
  dien_tich: ["Diện tích thửa", "Parcel area"],
  district: ["Huyện, thị xã, thành phố", "District"],
  district_code: ["Mã huyện", "District code"],
  engine_version: ["Phiên bản bộ máy", "Engine version"],
  fid: ["Số đối tượng", "Feature number"],
  floors: ["Số tầng", "Floors"],
  gi_star: ["Gi* (z)", "Gi* (z)"],
  grade: ["Cấp đê", "Dyke grade"],
  height_m: ["Chiều cao", "Height"],
  households: ["Số hộ", "Households"],
  injured: ["Số người bị thương", "Injured"],
  kind: ["Loại", "Kind"],
  lanes: ["Số làn", "Lanes"],
  layers: ["Lớp đã dùng", "Layers read"],
  level: ["Cấp học", "School level"],
  ma_dat: ["Loại đất hiện trạng", "Present land use"],
  ma_qh: ["Loại đất quy hoạch", "Planned land use"],
  ma_xa: ["Mã xã", "Commune code"],
  nam_qh: ["Năm quy hoạch", "Plan year"],
  name: ["Tên", "Name"],
  observed: ["Giá trị quan sát", "Observed value"],
  observed_at: ["Thời điểm đo", "Observed at"],
  occupancy_pct: ["Tỷ lệ lấp đầy", "Occupancy"],
  occurred_at: ["Thời điểm xảy ra", "Occurred at"],
  oneway: ["Một chiều", "One way"],
  overlap_m2: ["Diện tích chồng lấn", "Overlap"],
  overlap_pct: ["Tỷ lệ chồng lấn", "Share overlapping"],
  overlap_share: ["Tỷ lệ chồng lấn", "Share overlapping"],
  p: ["Giá trị p", "p value"],
  p_threshold: ["Ngưỡng p", "p threshold"],
  p_value: ["Giá trị p", "p value"],
  p_adjusted: ["p hiệu chỉnh", "Adjusted p"],
  parameter: ["Thông số", "Parameter"],
  parameters: ["Tham số", "Parameters"],
  parcel_fid: ["Đối tượng thửa", "Parcel feature"],
  plan_fid: ["Khoanh quy hoạch", "Plan zone"],
  population: ["Dân số", "Population"],
  pupils: ["Học sinh", "Pupils"],
  q_value: ["Giá trị q", "q value"],
  quyet_dinh: ["Quyết định", "Decision"],
  rank: ["Bậc", "Rank"],
  ref: ["Số hiệu", "Number"],
  road_ref: ["Tuyến đường", "Road"],
  seats: ["Chỗ học", "Seats"],
  seed: ["Số khởi tạo ngẫu nhiên", "Random seed"],
  severity: ["Mức độ", "Severity"],
  share: ["Tỷ lệ thửa", "Share of parcel"],
  significant: ["Có ý nghĩa", "Significant"],
  so_thua: ["Số thửa", "Parcel number"],
  so_to: ["Số tờ", "Map sheet"],
  speed_kmh: ["Tốc độ cho phép", "Speed limit"],
  station_id: ["Mã trạm", "Station"],
  status: ["Đánh giá", "Assessment"],
  sum: ["Tổng", "Sum"],
  ten_qh: ["Tên loại đất quy hoạch", "Planned use"],
  total: ["Tổng số người", "Residents"],
  unit: ["Đơn vị", "Unit"],
  use: ["Công năng", "Use"],
  value: ["Giá trị", "Value"],
  village: ["Thôn, khu", "Village"],
  visits_per_year: ["Lượt khách mỗi năm", "Visits per year"],
  voltage_kv: ["Điện áp", "Voltage"],
  width_m: ["Bề rộng", "Width"],
  z: ["Điểm z", "z score"],
  z_score: ["Điểm z", "z score"],
};

const units: Record<string, string> = { dien_tich: "m²" };

const suffixes: [RegExp, string][] = [
  [/_m2$/, "m²"],
  [/_km2$/, "km²"],
  [/_ha$/, "ha"],
  [/_m$/, "m"],
  [/_km$/, "km"],
  [/_kmh$/, "km/h"],
  [/_kv$/, "kV"],
  [/_pct$/, "%"],
];

/** Attributes that say where a row is kept, not what the thing is. */
const internal = new Set(["fid", "h3", "geom", "geometry", "bbox"]);

/** The name of an attribute for a reader; one the dictionary lacks is shown as it is, with spaces. */
export function attributeName(attribute: string, language: Language): string {
  const words = names[attribute];
  if (words) return words[language === "vi" ? 0 : 1];
  const plain = attribute.replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** The unit of an attribute, from its name, or an empty text. */
export function attributeUnit(attribute: string): string {
  return units[attribute] ?? suffixes.find(([pattern]) => pattern.test(attribute))?.[1] ?? "";
}

/** Whether a card leaves the attribute out. */
export function isInternal(attribute: string): boolean {
  return internal.has(attribute);
}

/** The attribute that names a feature best, of those it has. */
export function displayName(attributes: Record<string, unknown>): string | null {
  for (const key of ["name", "ten_qh", "village", "ref", "dia_danh", "station_id"]) {
    const value = attributes[key];
    if (typeof value === "string" && value.trim() !== "") return value;
  }
  if (attributes["so_thua"] != null && attributes["so_to"] != null) {
    return `Thửa ${String(attributes["so_thua"])}, tờ ${String(attributes["so_to"])}`;
  }
  return null;
}
