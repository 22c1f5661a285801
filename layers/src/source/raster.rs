//! Rasters through GDAL: into the stored CRS, and back from there.

use std::path::Path;

use gdal::{Dataset, raster::GdalDataType};

use super::gdal::{open_dataset, warp};
use crate::{Crs, Extent, Raster, ReadError, crs::STORED_CRS, messages::listen};

/// What a raster file says of itself.
#[derive(Debug)]
pub(crate) struct AboutRaster {
    pub(crate) format: String,
    pub(crate) crs: Option<Crs>,
    /// Outer edges, in the CRS of the file.
    pub(crate) extent: Extent,
    pub(crate) bands: usize,
    /// Whether the pixels are whole numbers: classes, which must not be mixed.
    pub(crate) classes: bool,
    pub(crate) size: (usize, usize),
    /// East-west and north-south size of a pixel.
    pub(crate) pixel: (f64, f64),
}

/// Nodata of published class rasters; no class is that small.
const CLASS_NODATA: i32 = i32::MIN;

pub(crate) fn examine(path: &Path) -> Result<AboutRaster, ReadError> {
    let dataset = open_dataset(path, &[])?;
    let damaged = |detail: String| ReadError::Damaged {
        path: path.into(),
        detail,
    };
    let (found, heard) = listen(|| -> Result<_, gdal::errors::GdalError> {
        let transform = dataset.geo_transform()?;
        let band = dataset.rasterband(1)?;
        Ok((transform, band.band_type()))
    });
    let (transform, band_type) = found.map_err(|_error| match heard.first() {
        Some(failure) => damaged(failure),
        None => ReadError::Unplaced { path: path.into() },
    })?;
    let (width, height) = dataset.raster_size();
    let corner = |column: f64, row: f64| {
        (
            transform[0] + column * transform[1] + row * transform[2],
            transform[3] + column * transform[4] + row * transform[5],
        )
    };
    let (right, bottom) = (width as f64, height as f64);
    let corners = [
        corner(0.0, 0.0),
        corner(right, 0.0),
        corner(0.0, bottom),
        corner(right, bottom),
    ];
    let crs = listen(|| dataset.spatial_ref())
        .0
        .ok()
        .and_then(|found| Crs::from_spatial_ref(found).ok());
    Ok(AboutRaster {
        format: dataset.driver().long_name(),
        crs,
        extent: Extent::around(corners),
        bands: dataset.raster_count(),
        classes: !matches!(band_type, GdalDataType::Float32 | GdalDataType::Float64),
        size: (width, height),
        pixel: (transform[1].abs(), transform[5].abs()),
    })
}

/// Writes rasters of one kind as one cloud-optimised `GeoTIFF` in OGC:CRS84.
///
/// Classes keep their values (nearest neighbour); measured values are interpolated (bilinear). A raster that is already
/// in degrees keeps its grid.
pub(crate) fn publish(
    sources: &[&Path],
    crs: &Crs,
    about: &AboutRaster,
    target: &Path,
) -> Result<(), ReadError> {
    let damaged = |detail: String| ReadError::Damaged {
        path: sources.first().copied().unwrap_or(target).into(),
        detail,
    };
    let datasets: Vec<Dataset> = sources
        .iter()
        .map(|path| open_dataset(path, &[]))
        .collect::<Result<_, _>>()?;
    let source_crs = crs
        .to_wkt_with_shift()
        .ok_or_else(|| damaged(format!("{crs} has no WKT")))?;
    let mut arguments: Vec<String> = ["-s_srs", &source_crs, "-t_srs", STORED_CRS, "-of", "COG"]
        .map(str::to_owned)
        .into();
    let nodata = CLASS_NODATA.to_string();
    let sampling: [&str; 6] = if about.classes {
        ["-r", "near", "-ot", "Int32", "-dstnodata", &nodata]
    } else {
        ["-r", "bilinear", "-ot", "Float32", "-dstnodata", "nan"]
    };
    arguments.extend(sampling.map(str::to_owned));
    if crs.is_geographic() && sources.len() == 1 {
        let (x, y) = about.pixel;
        let Extent {
            min_x,
            min_y,
            max_x,
            max_y,
        } = about.extent;
        arguments.extend(["-tr".to_owned(), x.to_string(), y.to_string()]);
        arguments.extend([
            "-te".to_owned(),
            min_x.to_string(),
            min_y.to_string(),
            max_x.to_string(),
            max_y.to_string(),
        ]);
    }
    arguments.extend(
        [
            "-co",
            "COMPRESS=DEFLATE",
            "-co",
            "OVERVIEWS=NONE",
            "-wo",
            "NUM_THREADS=ALL_CPUS",
        ]
        .map(str::to_owned),
    );
    if about.bands > 1 {
        // gdalwarp of GDAL 3.6 has no band choice: extra bands are warped too, and only the first is read.
        tracing::debug!(bands = about.bands, "only the first band is used");
    }
    warp(&datasets, target, &arguments).map_err(damaged)
}

/// The first band of a published raster.
pub(crate) fn read(path: &Path) -> Result<Raster, String> {
    let dataset = open_dataset(path, &[]).map_err(|error| error.to_string())?;
    let (read, heard) = listen(|| -> Result<_, gdal::errors::GdalError> {
        let transform = dataset.geo_transform()?;
        let band = dataset.rasterband(1)?;
        let nodata = band.no_data_value();
        let values = band.read_band_as::<f32>()?.into_shape_and_vec().1;
        Ok((transform, nodata, values))
    });
    let (transform, nodata, mut values) =
        read.map_err(|error| heard.first().unwrap_or_else(|| error.to_string()))?;
    if let Some(failure) = heard.failure() {
        return Err(failure);
    }
    let (width, height) = dataset.raster_size();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "compared with values that were read as f32"
    )]
    let nodata = nodata.map(|nodata| nodata as f32);
    for value in &mut values {
        if Some(*value) == nodata {
            *value = f32::NAN;
        }
    }
    let far = (
        transform[0] + width as f64 * transform[1],
        transform[3] + height as f64 * transform[5],
    );
    Ok(Raster {
        width,
        height,
        extent: Extent::from_corners((transform[0], transform[3]), far),
        values,
    })
}
