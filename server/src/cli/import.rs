//! `lucdau import`: files to a published version of a layer.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use layers::{
    CatalogRecord, Crs, ImportError, LayerId, Sector, Sharing, Theme, Twin, UpdateFrequency,
    admin::AdminRegister,
    encoding::Encoding,
    import::{self, ImportRequest},
    report::{ImportReport, Language},
};
use serde_json::json;

use crate::cli::{
    failure::{self, Failure},
    output,
    progress::Steps,
};

/// How the report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// Lines for a person.
    Text,
    /// JSON for a program.
    Json,
}

/// The language of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportLanguage {
    /// Tiếng Việt.
    Vi,
    /// English.
    En,
}

/// What `import` takes.
#[derive(Debug, Args)]
#[command(
    after_help = "Mã thoát · exit codes: 0 đã công bố · published, 2 sai cách dùng · wrong usage, \
                        3 bị từ chối, không có gì thay đổi · refused, nothing changed"
)]
pub(crate) struct Arguments {
    /// Tệp nguồn; nhiều tệp thành một lớp · source files; several become one layer
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<PathBuf>,
    /// Thư mục bản sao số, tạo nếu chưa có · the twin's folder, made if there is none
    #[arg(long, value_name = "DIR", env = "LUCDAU_TWIN")]
    twin: PathBuf,
    /// Mã lớp: a-z, 0-9, _ · layer id
    #[arg(long, value_name = "ID")]
    layer: LayerId,
    /// Chủ đề · theme: land, transport, water, …
    #[arg(long)]
    theme: Option<Theme>,
    /// Lớp trong tệp nhiều lớp · which layer of a file with several
    #[arg(long, value_name = "NAME")]
    source_layer: Option<String>,
    /// Hệ tọa độ nếu tệp không nói · CRS where the file does not say, e.g. EPSG:9209
    #[arg(long, value_name = "CRS")]
    crs: Option<String>,
    /// Bảng mã nếu tự nhận sai · text encoding: tcvn3, vni, utf-8, cp1258
    #[arg(long)]
    encoding: Option<Encoding>,
    /// Tên tiếng Việt · title in Vietnamese
    #[arg(long, value_name = "TEXT")]
    title_vi: Option<String>,
    /// Tên tiếng Anh · title in English
    #[arg(long, value_name = "TEXT")]
    title_en: Option<String>,
    /// Ngày đối chiếu mã đất và đơn vị hành chính; mặc định hôm nay · the day whose codes and units count, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    date: Option<NaiveDate>,
    /// Đổi tên cột, lặp lại được · rename a column; may be repeated
    #[arg(long, value_name = "OLD=NEW", value_parser = renaming)]
    rename: Vec<(String, String)>,
    /// Dữ liệu tổng hợp, không phải số liệu thật · the data is made up; shown wherever a person sees it
    #[arg(long)]
    synthetic: bool,
    /// Cơ quan chủ quản · the agency that owns the data
    #[arg(long, value_name = "TEXT", default_value = "")]
    agency: String,
    /// Mức chia sẻ · sharing class: open, shared, restricted
    #[arg(long, value_name = "CLASS")]
    sharing: Option<Sharing>,
    /// Giấy phép, mã SPDX nếu có · licence, an SPDX identifier where there is one
    #[arg(long, value_name = "TEXT", default_value = "")]
    licence: String,
    /// Chu kỳ cập nhật · update frequency: hourly, daily, monthly, yearly, …
    #[arg(long, value_name = "FREQUENCY")]
    frequency: Option<UpdateFrequency>,
    /// Ngành, cách nhau dấu phẩy · sectors, comma-separated: health, education, transport, …
    #[arg(long = "sector", value_name = "SECTOR", value_delimiter = ',')]
    sectors: Vec<Sector>,
    /// Các vùng phải phủ kín, không chồng, không hở: tìm lỗi đó · polygons should neither overlap nor leave gaps: look for both
    #[arg(long)]
    partition: bool,
    /// Chỉ xem xét, không công bố · examine only, publish nothing
    #[arg(long)]
    dry_run: bool,
    /// Dạng báo cáo · form of the report
    #[arg(long, value_enum, default_value = "text")]
    report: ReportFormat,
    /// Ngôn ngữ báo cáo · language of the report
    #[arg(long, value_enum, default_value = "vi")]
    language: ReportLanguage,
}

/// Imports and reports. A refusal leaves everything as it was.
pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let (dry_run, format, language) = (
        arguments.dry_run,
        arguments.report,
        arguments.language.into(),
    );
    let twin_dir = arguments.twin.clone();
    let steps = Steps::new(format!("{}", arguments.layer));
    let outcome = arguments.request().and_then(|mut request| {
        if dry_run {
            request.admin = units(&twin_dir);
            return import::examine(&request, &steps);
        }
        publish(&twin_dir, &request, &steps)
    });
    drop(steps);
    match outcome {
        Ok(report) => print(&report, format, language),
        Err(error) => {
            if format == ReportFormat::Json {
                let refused = json!({
                    "error": error.explain(Language::English),
                    "error_vi": error.explain(Language::Vietnamese),
                    "refused": error.is_refusal(),
                });
                output::print_line(&format!("{refused:#}"))?;
            }
            Err(failure::of_import(error))
        }
    }
}

/// The units of the twin that an examined file would go to, where there is one that has them.
fn units(twin: &Path) -> Option<Arc<AdminRegister>> {
    let twin = Twin::open(twin).ok()?;
    AdminRegister::of_twin(&twin).ok()?.map(Arc::new)
}

/// A column and its new name.
fn renaming(text: &str) -> Result<(String, String), String> {
    let names = text.split_once('=');
    let names = names.filter(|(old, new)| !old.is_empty() && !new.is_empty());
    let names = names.map(|(old, new)| (old.to_owned(), new.to_owned()));
    names.ok_or_else(|| {
        "hãy viết cũ=mới, ví dụ dien_tich_=dien_tich_thua · write old=new".to_owned()
    })
}

/// Publishes into the twin, made if there is none; a refusal leaves no twin behind that was not there before.
fn publish(
    dir: &Path,
    request: &ImportRequest,
    steps: &Steps,
) -> Result<ImportReport, ImportError> {
    let is_new = matches!(dir.try_exists(), Ok(false));
    let imported = import::import(&Twin::create_or_open(dir)?, request, steps);
    if is_new
        && imported.as_ref().is_err_and(ImportError::is_refusal)
        && let Err(error) = fs::remove_dir_all(dir)
    {
        tracing::warn!(%error, dir = %dir.display(), "the new twin cannot be removed again");
    }
    imported
}

impl Arguments {
    fn request(self) -> Result<ImportRequest, ImportError> {
        let crs = self.crs.as_deref().map(str::parse::<Crs>).transpose()?;
        let defaults = ImportRequest::new(self.sources, self.layer);
        Ok(ImportRequest {
            theme: self.theme.unwrap_or(defaults.theme),
            source_layer: self.source_layer,
            crs,
            encoding: self.encoding,
            title_vi: self.title_vi,
            title_en: self.title_en,
            synthetic: self.synthetic,
            record: CatalogRecord {
                agency: self.agency,
                sharing: self.sharing,
                licence: self.licence,
                frequency: self.frequency,
                sectors: self.sectors,
                h3: None,
            },
            partition: self.partition,
            reference_date: self.date,
            rename: self.rename,
            ..defaults
        })
    }
}

fn print(report: &ImportReport, format: ReportFormat, language: Language) -> Result<(), Failure> {
    match format {
        ReportFormat::Text => output::print(&report.to_text(language)),
        ReportFormat::Json => output::print_line(&format!("{:#}", json!(report))),
    }
}

impl From<ReportLanguage> for Language {
    fn from(language: ReportLanguage) -> Self {
        match language {
            ReportLanguage::Vi => Self::Vietnamese,
            ReportLanguage::En => Self::English,
        }
    }
}
