use std::io::Write;
use arrow::array::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let dir = std::path::Path::new(&args[1]);
    let options = datasets::Options { scale: args[2].parse().unwrap(), seed: args.get(3).map_or(2025, |s| s.parse().unwrap()) };
    let t = std::time::Instant::now();
    datasets::generate(dir, &options, &mut |s, p| println!("{:6.2} {:.2} {s}", t.elapsed().as_secs_f64(), p)).unwrap();
    for l in ["roads", "waterways", "water_areas"] {
        let f = std::fs::File::open(dir.join(format!("{l}.parquet"))).unwrap();
        let r = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(f).unwrap().build().unwrap();
        let mut o = std::io::BufWriter::new(std::fs::File::create(format!("/tmp/work/ds/{l}.csv")).unwrap());
        writeln!(o, "WKT,class,bridge,name").unwrap();
        for b in r {
            let b = b.unwrap();
            let g = b.column_by_name("geometry").unwrap().as_any().downcast_ref::<BinaryArray>().unwrap();
            let c = b.column_by_name("class").unwrap().as_any().downcast_ref::<StringArray>().unwrap();
            let n = b.column_by_name("name").unwrap().as_any().downcast_ref::<StringArray>().unwrap();
            let br = b.column_by_name("bridge").map(|c| c.as_any().downcast_ref::<BooleanArray>().unwrap().clone());
            for i in 0..b.num_rows() {
                let w = g.value(i);
                let u = |o: usize| u32::from_le_bytes(w[o..o + 4].try_into().unwrap()) as usize;
                let ring = |mut o: usize| { let n = u(o); o += 4; let mut v = vec![]; for k in 0..n { let x = f64::from_le_bytes(w[o + k * 16..o + k * 16 + 8].try_into().unwrap()); let y = f64::from_le_bytes(w[o + k * 16 + 8..o + k * 16 + 16].try_into().unwrap()); v.push(format!("{x} {y}")); } (format!("({})", v.join(",")), o + n * 16) };
                let t = if w[1] == 2 { format!("LINESTRING{}", ring(5).0) } else {
                    let mut o = 9; let mut ps = vec![];
                    for _ in 0..u(5) { let nr = u(o + 5); o += 9; let mut rs = vec![]; for _ in 0..nr { let (s, e) = ring(o); rs.push(s); o = e; } ps.push(format!("({})", rs.join(","))); }
                    format!("MULTIPOLYGON({})", ps.join(",")) };
                writeln!(o, "\"{t}\",{},{},\"{}\"", c.value(i), br.as_ref().is_some_and(|b| b.value(i)), n.value(i)).unwrap();
            }
        }
    }
}
