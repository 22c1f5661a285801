//! `lucdau serve`: a twin over HTTP.

use std::sync::Arc;

use clap::Args;
use layers::Twin;

use crate::{
    cli::{
        TwinArgument,
        failure::{self, Failure},
        output,
    },
    painter::PainterState,
    serve::{BindAddress, Held, Server},
};

/// What `serve` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    twin: TwinArgument,
    #[command(flatten)]
    bind: BindArgument,
}

/// Where to listen.
#[derive(Debug, Args)]
pub(crate) struct BindArgument {
    /// Địa chỉ nghe, chỉ trên máy này · where to listen, this machine only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    bind: BindAddress,
}

impl BindArgument {
    /// Takes the address now, before any long work.
    pub(crate) fn take(&self) -> Result<Held, Failure> {
        Held::take(self.bind).map_err(failure::of_serve)
    }
}

/// Serves until Ctrl-C.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let held = arguments.bind.take()?;
    serve(held, arguments.twin.open()?)
}

/// Loads a twin, says where it is to be seen, and serves until Ctrl-C.
pub(crate) fn serve(held: Held, twin: Arc<Twin>) -> Result<(), Failure> {
    let server = Server::load(held, twin).map_err(failure::of_serve)?;
    announce(&server)?;
    server.run().map_err(failure::of_serve)?;
    output::note("đã dừng · stopped");
    Ok(())
}

fn announce(server: &Server) -> Result<(), Failure> {
    let base = format!("http://{}", server.address());
    let services = server.services();
    let snapshot = services.engine.snapshot();
    for (layer, failure) in &snapshot.failures {
        output::note(&format!(
            "lưu ý · note: {layer} {} · {}",
            failure.version, failure.reason
        ));
    }
    let PainterState {
        adapter, problem, ..
    } = services.painter.state();
    if let Some(problem) = problem {
        output::note(&format!(
            "lưu ý: không có thiết bị Vulkan, ô ảnh (/tiles) sẽ trả 503; cài libvulkan1 và mesa-vulkan-drivers rồi chạy lại\n\
             note: {problem}"
        ));
    }
    let adapter = adapter.map(|name| format!(" · {name}")).unwrap_or_default();
    let synthetic = snapshot.layers.values().any(|layer| layer.meta.synthetic);
    let synthetic = if synthetic {
        " · dữ liệu tổng hợp · synthetic data"
    } else {
        ""
    };
    output::print(&format!(
        "Lục Đầu · {} lớp · layers{adapter}{synthetic}\n\
         \n  Bản đồ · map       {base}/\n  API                {base}/api\n  Ô ảnh · tiles      {base}/tiles/topo/{{z}}/{{x}}/{{y}}.png\
         \n  Ô véc-tơ · vector  {base}/vector/{{layers}}/{{z}}/{{x}}/{{y}}.mvt\n  SQL                POST {base}/sql\n\
         \nCtrl-C để dừng · to stop\n",
        snapshot.layers.len(),
    ))
}
