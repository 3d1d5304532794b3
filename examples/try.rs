//! try
use plimsoll::simulation::*; use plimsoll::scenario::schema::Scenario; use plimsoll::protocol::farm::alpha_homora::ForcedSale;
use plimsoll::record::folder::OutputFolder;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&a[1]).unwrap();
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::UNWRAP_VARIANT_NEWTYPES | ron::extensions::Extensions::IMPLICIT_SOME);
    let s: Scenario = options.from_str(&text).unwrap();
    let muted = a.iter().any(|x| x=="--mute");
    let mut folder = OutputFolder::create(std::path::Path::new(&a[2]), true).unwrap();
    let o = Options { audit: a.iter().any(|x| x=="--audit"), forced_sales: if muted {ForcedSale::Muted} else {ForcedSale::Executed}, ..Options::seeded(s.seed) };
    let t = std::time::Instant::now();
    let mut sim = Simulation::new(&s, std::path::Path::new("scenarios"), o, Some(&mut folder)).unwrap();
    println!("genesis {:?}", t.elapsed());
    let t = std::time::Instant::now();
    for _ in 0..s.blocks { sim.step().unwrap(); }
    println!("blocks {:?}", t.elapsed());
    let sum = sim.finish("try", Some(&mut folder)).unwrap();
    println!("finish {:?}", t.elapsed());
    println!("{}", serde_json::to_string_pretty(&sum).unwrap());
    std::mem::forget(folder);
}
