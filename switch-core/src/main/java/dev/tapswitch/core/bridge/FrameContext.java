package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EthernetFrame;

/** The current batch and frame of a forwarder, which its parts share instead of passing many parameters. Must be used on the worker thread only. */
final class FrameContext {
    // Set once per batch.
    SwitchSnapshot snapshot;
    SwitchSettings settings;
    int inPort;
    /** The ingress port; null if it was removed. */
    PortSettings port;
    /** This worker's counters of the ingress port. */
    Counters counters;

    long nowMs;
    long ageingMs;

    // Set for each frame.
    final EthernetFrame frame = new EthernetFrame();

    void beginBatch(SwitchSnapshot now, int ingress, Counters ofIngress, long timeMs) {
        snapshot = now;
        settings = now.settings();
        inPort = ingress;
        port = now.port(ingress);
        counters = ofIngress;
        nowMs = timeMs;
        ageingMs = settings.ageingMs();
    }
}
