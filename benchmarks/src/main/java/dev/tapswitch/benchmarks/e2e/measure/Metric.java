package dev.tapswitch.benchmarks.e2e.measure;

/** The metrics, by their names in the report. A metric may have several results, distinguished by a parameter such as the frame size. */
public enum Metric {
    FRAME_RATE("frames-received", "Frames received at maximum offered load", "frames/s", true),
    FRAME_OFFERED("frames-offered", "Frames offered by the generator in the same time", "frames/s", true),
    TWO_FLOWS_RATE(
            "frames-received-2",
            "Frames received at maximum offered load, two flows from generators on two CPUs",
            "frames/s",
            true),
    THROUGHPUT(
            "throughput", "RFC 2544 26.1 throughput: the highest rate without loss, by frame size", "frames/s", true),
    FRAME_LATENCY(
            "frame-latency", "RFC 2544 26.2 latency at that rate, one way, to the receiving interface", "us", false),
    LOSS("loss", "RFC 2544 26.3 frame loss, 64 bytes, by offered frames/s", "%", false),
    MESH_RATE(
            "mesh",
            "RFC 2889 5.1 fully meshed forwarding rate at maximum offered load, 4 ports, 64 bytes",
            "frames/s",
            true),
    BROADCAST_RATE(
            "broadcast",
            "RFC 2889 5.10 broadcast, copies received at maximum offered load, 64 bytes",
            "copies/s",
            true),
    ADDRESS_CACHE("address-cache", "RFC 2889 5.7 address caching capacity, up to 131,072 tried", "addresses", true),
    LEARNING_RATE("learning-rate", "RFC 2889 5.8 address learning rate, no address missed", "addresses/s", true),
    FRAME_CPU(
            "cpu-per-frame", "CPU per frame at 100,000 frames/s, all CPUs less the generator's user time", "ns", false),
    FRAME_CPU_PROCESS("cpu-per-frame-process", "of which the process of the switch", "ns", false),
    TCP_RATE("tcp", "Bulk TCP", "Gbit/s", true),
    TCP_CPU("tcp-cpu", "CPU for bulk TCP, all CPUs, both ends included", "s/GB", false),
    TCP_CPU_PROCESS("tcp-cpu-process", "of which the process of the switch", "s/GB", false),
    RR_LATENCY("request-response", "TCP request/response, one connection, 64 bytes each way", "us", false),
    UDP_LATENCY("request-response-udp", "UDP request/response, 64 bytes each way", "us", false),
    FIRST_PACKET(
            "first-packet", "First UDP request/response between two hosts that never talked, with ARP", "us", false),
    CONNECTION_RATE("connections", "Short TCP connections: connect, 64 bytes each way, close", "connections/s", true),
    CONNECTION_LATENCY("connection-latency", "Time from connect to close", "us", false),
    HTTP_RATE("http", "HTTP requests, 1,024-byte pages, kept-alive connections", "requests/s", true),
    HTTP_LATENCY("http-latency", "HTTP latency", "us", false),
    ARP_LATENCY("arp", "ARP resolution of a known neighbour, by number of ports", "us", false),
    ARP_CPU("arp-cpu", "CPU per ARP resolution, all CPUs", "us", false),
    PORTS_RATE("frames-by-ports", "64-byte frames received, one flow, by number of ports present", "frames/s", true),
    STATIONS_RATE("frames-by-stations", "64-byte frames received, by number of learned stations", "frames/s", true),
    START("start", "Time from launch until all ports are up, by number of ports", "s", false),
    FIRST_SECOND("first-second", "64-byte frames received right after start", "frames/s", true),
    PAUSE("jvm-pause", "Longest pause in which the JVM stopped all threads", "us", false),
    OVER_1MS("over-1ms", "Requests in a run of 10 minutes that took more than 1 ms", "per million", false),
    MEMORY("memory", "Resident memory of the switch's processes", "MB", false);

    private final String id;
    private final String title;
    private final String unit;
    private final boolean isMoreBetter;

    Metric(String id, String title, String unit, boolean isMoreBetter) {
        this.id = id;
        this.title = title;
        this.unit = unit;
        this.isMoreBetter = isMoreBetter;
    }

    public String id() {
        return id;
    }

    public String title() {
        return title;
    }

    public String unit() {
        return unit;
    }

    public boolean isMoreBetter() {
        return isMoreBetter;
    }
}
