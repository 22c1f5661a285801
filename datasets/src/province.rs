//! The whole province in memory, put together in the order in which each thing depends on the ones before.

use std::collections::BTreeSet;

use geo::{Coord, MultiPolygon};

use crate::{
    Options,
    communes::{communes, populations},
    error::GenerateError,
    ground::{self, Ground},
    industry::{self, Zone},
    noise::Noise,
    outline,
    partition::Partition,
    plane::Plane,
    relief::Relief,
    rivers::{self, River},
    roads::{self, Road, links, streets},
    routes, shape,
    sites::{self, Site},
    villages::{self, Village},
    water::{self, Dyke, Lake},
};

/// Everything but parcels and what stands on them, which are made district by district.
#[derive(Debug)]
pub(crate) struct Province {
    pub(crate) options: Options,
    pub(crate) plane: Plane,
    pub(crate) partition: Partition,
    pub(crate) rivers: Vec<River>,
    pub(crate) surfaces: Vec<MultiPolygon>,
    pub(crate) relief: Relief,
    pub(crate) ground: Ground,
    pub(crate) lakes: Vec<Lake>,
    pub(crate) canals: Vec<Vec<Coord>>,
    pub(crate) dykes: Vec<Dyke>,
    pub(crate) railways: Vec<(&'static str, Vec<Coord>)>,
    pub(crate) zones: Vec<Zone>,
    pub(crate) sites: Vec<Site>,
    pub(crate) streets: Vec<BTreeSet<streets::Edge>>,
    pub(crate) populations: Vec<u32>,
    pub(crate) villages: Vec<Village>,
    /// Main roads and roads between communes, not yet joined.
    pub(crate) through_roads: Vec<Road>,
}

impl Province {
    pub(crate) fn new(
        options: &Options,
        progress: &mut dyn FnMut(&str, f64),
    ) -> Result<Self, GenerateError> {
        let seed = options.seed;
        let plane = Plane::new()?;
        progress("Sông và ranh giới · Rivers and borders", 0.02);
        let outline = outline::outline(&plane, seed);
        let rivers = rivers::rivers(&plane, seed);
        let partition = Partition::new(&plane, &outline, &rivers, seed);
        progress("Mặt đất · The ground", 0.2);
        let relief = Relief::new(&plane, seed);
        let surfaces: Vec<MultiPolygon> = rivers
            .iter()
            .map(|river| river.surface(&partition.province, seed))
            .collect();
        let mut ground = Ground::new(&outline);
        mark_rivers(&mut ground, &rivers, &surfaces);
        let dykes = water::dykes(&rivers, &partition, &ground);
        let routes = routes::main_roads(&plane, seed);
        let railways = routes::railways(&plane, seed);
        mark_routes(&mut ground, &routes, &railways);
        let zones = industry::zones(&plane, &partition, &mut ground, seed);
        let lakes = water::lakes(&plane, &partition, &mut ground, seed);
        let canals = water::canals(&partition, &mut ground, &relief, seed);
        progress("Làng xã và đường · Communes and roads", 0.3);
        let sites = sites::sites(&plane, &partition, (&ground, &relief), seed);
        let mut through_roads: Vec<Road> = routes
            .iter()
            .flat_map(|route| inside(route, &partition))
            .collect();
        let between = links::links(&sites, &routes, (&partition, &ground, &relief), seed);
        for road in &between {
            ground.mark_line(&road.line, road.width_m() / 2.0 + 4.0, ground::CORRIDOR);
        }
        through_roads.extend(between);
        let populations = populations();
        let villages =
            villages::villages(&sites, &populations, (&partition, &ground, &relief), seed);
        for village in &villages {
            ground.mark_ring(&village.ring, ground::BUILT);
        }
        let city = sites::city_ring(&plane, seed);
        mark_towns(&mut ground, &sites, &city, seed);
        let streets = sites
            .iter()
            .map(|site| streets::edges(site, (&partition, &ground), &city, Noise::new(seed, 92)))
            .collect();
        Ok(Self {
            options: options.clone(),
            plane,
            partition,
            rivers,
            surfaces,
            relief,
            ground,
            lakes,
            canals,
            dykes,
            railways,
            zones,
            sites,
            streets,
            populations,
            villages,
            through_roads,
        })
    }

    /// Joins all roads, with the lanes of the given blocks' sites, into the graph.
    pub(crate) fn road_graph(&self, lanes: Vec<Road>) -> Vec<Road> {
        let mut all = self.through_roads.clone();
        for (site, edges) in self.sites.iter().zip(&self.streets) {
            all.extend(streets::roads(site, edges));
        }
        all.extend(lanes);
        roads::with_bridges(roads::build(&all, &self.ground), &self.ground)
    }
}

fn mark_rivers(ground: &mut Ground, rivers: &[River], surfaces: &[MultiPolygon]) {
    for (river, surface) in rivers.iter().zip(surfaces) {
        for polygon in surface {
            ground.mark_ring(&polygon.exterior().0, ground::RIVER);
        }
        let bank_m = if river.dyke_grade > 0 {
            45.0 + river.width_m * 0.2
        } else {
            15.0
        };
        ground.mark_line(&river.line, river.width_m * 0.64 + bank_m, ground::BANK);
    }
}

/// Main roads and railways with their verges.
fn mark_routes(
    ground: &mut Ground,
    routes: &[routes::Route],
    railways: &[(&'static str, Vec<Coord>)],
) {
    for route in routes {
        let radius_m = route.class.width_m(route.lanes) / 2.0 + 7.0;
        ground.mark_line(&route.line, radius_m, ground::CORRIDOR);
    }
    for (_, line) in railways {
        ground.mark_line(line, 12.0, ground::CORRIDOR);
    }
}

/// The city and the towns are built up all over.
fn mark_towns(ground: &mut Ground, sites: &[Site], city: &[Coord], seed: u64) {
    let noise = Noise::new(seed, 91);
    ground.mark_ring(city, ground::BUILT);
    for site in sites
        .iter()
        .filter(|site| communes()[site.commune].kind.is_urban())
    {
        ground.mark_ring(
            &water::blob(site.place(), site.town_radius_m() * 0.95, noise),
            ground::BUILT,
        );
    }
}

/// The parts of a main road inside the province.
fn inside(route: &routes::Route, partition: &Partition) -> Vec<Road> {
    let line = route.line.iter().copied();
    shape::runs(line, |place| partition.commune(place).is_some())
        .into_iter()
        .filter(|run| run.len() >= 2)
        .map(|line| Road {
            name: route.name.to_owned(),
            reference: route.reference.to_owned(),
            class: route.class,
            lanes: route.lanes,
            bridge: false,
            line,
        })
        .collect()
}
