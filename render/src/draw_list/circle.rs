//! Points to circles.

use layers::TileGeometry;

use super::{Circle, Command, DrawList, Frame, premultiplied};
use crate::{
    narrow::{count, to_f32},
    style::{Evaluator, FeatureView, StyleLayer, Values},
};

struct Paint {
    radius: f64,
    color: [u8; 4],
    blur: f64,
    stroke_width: f64,
    stroke: [u8; 4],
    shift: [f64; 2],
}

fn resolve(values: &Values<'_>) -> Paint {
    Paint {
        radius: values.number("circle-radius", 5.0).clamp(0.0, 1024.0),
        color: values
            .color("circle-color", Some("circle-opacity"))
            .map_or([0; 4], premultiplied),
        blur: values.number("circle-blur", 0.0).max(0.0),
        stroke_width: values.number("circle-stroke-width", 0.0).clamp(0.0, 1024.0),
        stroke: values
            .color("circle-stroke-color", Some("circle-stroke-opacity"))
            .map_or([0; 4], premultiplied),
        shift: values.pair("circle-translate"),
    }
}

/// Adds a circle layer.
pub(super) fn build(list: &mut DrawList, style: &StyleLayer, frame: &Frame<'_>) {
    let Some(tile) = frame.layer(&style.source_layer) else {
        return;
    };
    let mut evaluator = Evaluator::new(style, tile, frame.zoom, resolve);
    let scale = frame.scale(tile);
    let first = list.circles.len();
    for feature in &tile.features {
        let TileGeometry::Points(points) = &feature.geometry else {
            continue;
        };
        let view = FeatureView {
            id: feature.id.0,
            geometry_type: "Point",
            attributes: &feature.attributes,
        };
        let Some(paint) = evaluator.of(view) else {
            continue;
        };
        let reach = (paint.radius + paint.stroke_width) * frame.ratio + 1.0;
        for point in points {
            let center = [0, 1].map(|axis: usize| {
                f64::from(point[axis]) * scale + paint.shift[axis] * frame.ratio
            });
            if center
                .iter()
                .all(|at| *at > -reach && *at < frame.size_px + reach)
            {
                let soft = (paint.blur * paint.radius * frame.ratio).max(1.0);
                list.circles.push(Circle {
                    center: center.map(to_f32),
                    radii: [
                        paint.radius * frame.ratio,
                        paint.stroke_width * frame.ratio,
                        soft,
                    ]
                    .map(to_f32),
                    color: paint.color,
                    stroke: paint.stroke,
                });
            }
        }
    }
    let range = count(first)..count(list.circles.len());
    if !range.is_empty() {
        list.commands.push(Command::Circle(range));
    }
}
