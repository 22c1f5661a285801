// Land-use codes of cadastral maps, in words. Source: circular 25/2014/TT-BTNMT, annex 1 (codes as long in use on maps).

import type { Language } from "./number";

const codes: Record<string, readonly [vi: string, en: string]> = {
  LUC: ["Đất chuyên trồng lúa nước", "Wet rice"],
  LUK: ["Đất trồng lúa nước còn lại", "Other wet rice"],
  LUN: ["Đất lúa nương", "Upland rice"],
  BHK: ["Đất bằng trồng cây hàng năm khác", "Other annual crops"],
  HNK: ["Đất trồng cây hàng năm khác", "Other annual crops"],
  CLN: ["Đất trồng cây lâu năm", "Perennial crops"],
  RSX: ["Đất rừng sản xuất", "Production forest"],
  RPH: ["Đất rừng phòng hộ", "Protection forest"],
  RDD: ["Đất rừng đặc dụng", "Special-use forest"],
  NTS: ["Đất nuôi trồng thủy sản", "Aquaculture"],
  NKH: ["Đất nông nghiệp khác", "Other agricultural land"],
  ONT: ["Đất ở tại nông thôn", "Rural homestead"],
  ODT: ["Đất ở tại đô thị", "Urban homestead"],
  TSC: ["Đất xây dựng trụ sở cơ quan", "Government offices"],
  DTS: ["Đất trụ sở tổ chức sự nghiệp", "Public institutions"],
  DVH: ["Đất cơ sở văn hóa", "Culture"],
  DYT: ["Đất cơ sở y tế", "Health"],
  DGD: ["Đất cơ sở giáo dục", "Education"],
  DTT: ["Đất thể dục thể thao", "Sports"],
  CQP: ["Đất quốc phòng", "Defence"],
  CAN: ["Đất an ninh", "Public security"],
  SKK: ["Đất khu công nghiệp", "Industrial park"],
  SKN: ["Đất cụm công nghiệp", "Industrial cluster"],
  SKC: ["Đất cơ sở sản xuất phi nông nghiệp", "Non-farm production"],
  SKX: ["Đất sản xuất vật liệu xây dựng", "Building materials"],
  SKS: ["Đất hoạt động khoáng sản", "Mining"],
  TMD: ["Đất thương mại, dịch vụ", "Trade and services"],
  DGT: ["Đất giao thông", "Transport"],
  DTL: ["Đất thủy lợi", "Irrigation"],
  DNL: ["Đất công trình năng lượng", "Energy works"],
  DBV: ["Đất bưu chính, viễn thông", "Post and telecommunications"],
  DSH: ["Đất sinh hoạt cộng đồng", "Community houses"],
  DKV: ["Đất khu vui chơi, giải trí công cộng", "Public recreation"],
  DCH: ["Đất chợ", "Markets"],
  DDT: ["Đất di tích lịch sử, văn hóa", "Historic sites"],
  DRA: ["Đất bãi thải, xử lý chất thải", "Waste treatment"],
  TON: ["Đất cơ sở tôn giáo", "Religious sites"],
  TIN: ["Đất cơ sở tín ngưỡng", "Places of worship"],
  NTD: ["Đất nghĩa trang, nghĩa địa", "Cemeteries"],
  SON: ["Đất sông, ngòi, kênh, rạch, suối", "Rivers and canals"],
  MNC: ["Đất mặt nước chuyên dùng", "Water bodies"],
  BCS: ["Đất bằng chưa sử dụng", "Unused flat land"],
  DCS: ["Đất đồi núi chưa sử dụng", "Unused hill land"],
};

/** `ONT+CLN` → `ONT+CLN · Đất ở tại nông thôn + Đất trồng cây lâu năm`; null when no code is known. */
export function landUse(code: string, language: Language): string | null {
  const parts = code.split("+").map((part) => part.trim());
  const known = parts.map((part) => codes[part.toUpperCase()]?.[language === "vi" ? 0 : 1]);
  if (known.every((words) => words === undefined)) return null;
  return `${code} · ${known.map((words, row) => words ?? parts[row]).join(" + ")}`;
}
