package dev.tapswitch.linux.tap;

import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tc.RateLimit;
import java.util.List;
import java.util.function.UnaryOperator;

/** A specification that tests vary: by default a TAP that is up, with one queue and without addresses. */
record Specs(TapSpec spec) {
    static Specs tap(String device, Namespace namespace) {
        return new Specs(TapSpec.builder(device, namespace).build());
    }

    private Specs with(UnaryOperator<TapSpec.Builder> change) {
        return new Specs(change.apply(spec.toBuilder()).build());
    }

    Specs queues(int queues) {
        return with(spec -> spec.queues(queues));
    }

    Specs mtu(int mtu) {
        return with(spec -> spec.mtu(mtu));
    }

    Specs mac(long mac) {
        return with(spec -> spec.mac(mac));
    }

    Specs offload(boolean offload) {
        return with(spec -> spec.offload(offload));
    }

    Specs up(boolean up) {
        return with(spec -> spec.up(up));
    }

    Specs persistent(boolean persistent) {
        return with(spec -> spec.persistent(persistent));
    }

    Specs addresses(String... addresses) {
        return with(spec -> spec.addresses(List.of(addresses)));
    }

    Specs routes(String... routes) {
        return with(spec -> spec.routes(List.of(routes)));
    }

    TapSpec limited(String send, String receive) {
        return spec.toBuilder()
                .sendLimit(RateLimit.parse(send))
                .receiveLimit(RateLimit.parse(receive))
                .build();
    }

    TapDevice open() throws DeviceException {
        return TapDevice.open(spec);
    }
}
