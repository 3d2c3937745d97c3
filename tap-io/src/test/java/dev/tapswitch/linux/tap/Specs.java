package dev.tapswitch.linux.tap;

import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tc.RateLimit;
import java.util.List;

/** A specification to vary in tests: a plain TAP that is up. */
record Specs(
        String device,
        Namespace namespace,
        int queues,
        int mtu,
        long mac,
        boolean offload,
        boolean up,
        boolean persistent,
        List<String> addresses,
        List<String> routes) {
    static Specs tap(String device, Namespace namespace) {
        return new Specs(device, namespace, 1, 1500, TapSpec.ANY_MAC, true, true, false, List.of(), List.of());
    }

    Specs queues(int queues) {
        return new Specs(device, namespace, queues, mtu, mac, offload, up, persistent, addresses, routes);
    }

    Specs mtu(int mtu) {
        return new Specs(device, namespace, queues, mtu, mac, offload, up, persistent, addresses, routes);
    }

    Specs mac(long mac) {
        return new Specs(device, namespace, queues, mtu, mac, offload, up, persistent, addresses, routes);
    }

    Specs offload(boolean offload) {
        return new Specs(device, namespace, queues, mtu, mac, offload, up, persistent, addresses, routes);
    }

    Specs up(boolean up) {
        return new Specs(device, namespace, queues, mtu, mac, offload, up, persistent, addresses, routes);
    }

    Specs persistent(boolean persistent) {
        return new Specs(device, namespace, queues, mtu, mac, offload, up, persistent, addresses, routes);
    }

    Specs addresses(String... addresses) {
        return new Specs(device, namespace, queues, mtu, mac, offload, up, persistent, List.of(addresses), routes);
    }

    Specs routes(String... routes) {
        return new Specs(device, namespace, queues, mtu, mac, offload, up, persistent, addresses, List.of(routes));
    }

    TapSpec spec() {
        return new TapSpec(device, namespace, queues, mtu, mac, offload, up, persistent, addresses, routes);
    }

    TapSpec limited(String send, String receive) {
        return new TapSpec(
                device,
                namespace,
                queues,
                mtu,
                mac,
                offload,
                up,
                persistent,
                addresses,
                routes,
                RateLimit.parse(send),
                RateLimit.parse(receive),
                false);
    }

    TapDevice open() throws DeviceException {
        return TapDevice.open(spec());
    }
}
