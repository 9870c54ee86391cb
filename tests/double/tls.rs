//! The same double behind TLS.

use super::*;

/// A self-signed certificate, as RouterOS makes them.
fn certificate() -> Arc<rustls::ServerConfig> {
    speaking(rustls::ALL_VERSIONS)
}

fn speaking(versions: &[&'static rustls::SupportedProtocolVersion]) -> Arc<rustls::ServerConfig> {
    let names = vec!["127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a key and a certificate");
    let key = made.signing_key.serialize_der().try_into();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.expect("PKCS #8"))
        .expect("key and certificate belong together");
    Arc::new(config)
}

fn tls_world() -> World {
    world_with(certificate())
}

fn world_with(certificate: Arc<rustls::ServerConfig>) -> World {
    let options = WorldOptions {
        tls: Some(certificate),
        ..WorldOptions::default()
    };
    World::start(options).expect("loopback has free ports")
}

#[test]
fn the_same_router_over_tls() {
    let (world, agent) = (tls_world(), agent());
    let url = url(&world, DOWN).replace("http:", "https:");
    for _ in 0..3 {
        let request = agent.get(&url).header("Authorization", BASIC);
        let (status, body) = text(request.call().expect("the double answers"));
        assert_eq!(status, 200);
        assert!(body.starts_with(r#"{".id":"*1000000""#));
    }
    assert_eq!(world.connections(), 1);
}

#[test]
fn many_clients_at_once_are_served_one_by_one() {
    let world = Arc::new(tls_world());
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let world = Arc::clone(&world);
            thread::spawn(move || {
                let url = url(&world, DOWN).replace("http:", "https:");
                let agent = agent();
                (0..10).all(|_| {
                    let request = agent.get(&url).header("Authorization", BASIC);
                    text(request.call().expect("an answer")).0 == 200
                })
            })
        })
        .collect();
    for client in clients {
        assert!(client.join().expect("no panic"));
    }
    assert_eq!(world.journal().len(), 40);
}

#[test]
fn plain_http_on_a_tls_port_is_not_understood() {
    let world = tls_world();
    let mut stream = bare_get(&world);
    let mut answer = Vec::new();
    // An alert or a reset, as the kernel likes; but no HTTP.
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"));
    assert!(world.journal().is_empty());
}

#[test]
fn faults_reach_through_tls_and_pass() {
    let (world, agent) = (tls_world(), agent());
    let url = url(&world, DOWN).replace("http:", "https:");
    let get = || {
        let request = agent.get(&url).header("Authorization", BASIC);
        let mut response = request.call()?;
        response.body_mut().read_to_string()
    };
    for fault in [Fault::Reset, Fault::Garbage, Fault::HalfResponse] {
        world.fault(fault);
        assert!(get().is_err(), "{fault:?}");
        world.fault(Fault::None);
        assert!(get().is_ok(), "after {fault:?}");
    }
}

/// `/ip/service` knows `tls-version=only-1.2`; whether RouterOS has 1.3 at all nobody has shown.
#[test]
fn a_router_may_have_tls_1_2_only() {
    let (world, agent) = (world_with(speaking(&[&rustls::version::TLS12])), agent());
    let url = url(&world, DOWN).replace("http:", "https:");
    let request = agent.get(&url).header("Authorization", BASIC);
    assert_eq!(text(request.call().expect("the double answers")).0, 200);
}
