package dev.tapswitch.fuzz;

import java.util.Locale;

/** The fuzz targets: the class of each, the maximum length of its inputs, and a description. */
public enum FuzzTarget {
    FRAME("dev.tapswitch.core.frame.FrameFuzz", 300, "parsing and printing of frames"),
    FORWARD("dev.tapswitch.core.bridge.ForwardFuzz", 1_000, "forwarding decisions of a switch with random settings"),
    SEGMENT("dev.tapswitch.core.frame.SegmentFuzz", 4_000, "segmentation of super-frames and completion of checksums"),
    REPLY("dev.tapswitch.core.frame.ReplyFuzz", 64, "replies to ARP requests and neighbour solicitations"),
    NETLINK("dev.tapswitch.linux.netlink.NetlinkFuzz", 500, "attributes of netlink messages"),
    CONFIG("dev.tapswitch.control.config.ConfigFuzz", 2_000, "configuration files and request bodies"),
    LAB("dev.tapswitch.cli.lab.LabFuzz", 2_000, "lab files"),
    JSON("dev.tapswitch.control.json.JsonFuzz", 1_000, "reading and writing of JSON"),
    STATE("dev.tapswitch.control.state.StateFuzz", 2_000, "the state file with changes made by commands"),
    DOCKER_STATE("dev.tapswitch.containers.docker.DockerStateFuzz", 2_000, "the state file of Docker's networks"),
    CNI("dev.tapswitch.containers.cni.CniFuzz", 2_000, "CNI requests and the state file of CNI networks"),
    HANDOVER("dev.tapswitch.control.handover.HandoverFuzz", 400, "messages of the hand-over protocol"),
    API("dev.tapswitch.fuzz.ApiFuzz", 2_000, "requests on the control socket of a daemon"),
    DOCKER("dev.tapswitch.fuzz.DockerFuzz", 2_000, "requests on the socket of the Docker plugin");

    private final String className;
    private final int maxLength;
    private final String description;

    FuzzTarget(String className, int maxLength, String description) {
        this.className = className;
        this.maxLength = maxLength;
        this.description = description;
    }

    /** The name on the command line and of the corpus directory. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The class with the method {@code fuzzerTestOneInput(byte[])}. */
    public String className() {
        return className;
    }

    /** The maximum length of an input in bytes. */
    public int maxLength() {
        return maxLength;
    }

    /** Whether the target runs a daemon, which changes interfaces and firewall rules and must run in separate namespaces. */
    public boolean isIsolated() {
        return this == API || this == DOCKER;
    }

    /** What the target tests, for {@code --list}. */
    public String description() {
        return description;
    }
}
