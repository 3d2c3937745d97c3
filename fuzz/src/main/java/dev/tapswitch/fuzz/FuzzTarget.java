package dev.tapswitch.fuzz;

import java.util.Locale;

/** What can be fuzzed: the name of its corpus and for the command line, its class, and how long an input may be. */
public enum FuzzTarget {
    FRAME("dev.tapswitch.core.frame.FrameFuzz", 300, "frames read in place, and described"),
    FORWARD("dev.tapswitch.core.bridge.ForwardFuzz", 1_000, "decisions about frames, with random settings"),
    SEGMENT("dev.tapswitch.core.frame.SegmentFuzz", 4_000, "super-frames cut, checksums completed"),
    ANSWER("dev.tapswitch.core.frame.AnswerFuzz", 64, "answers to ARP requests and neighbour solicitations"),
    NETLINK("dev.tapswitch.linux.netlink.NetlinkFuzz", 500, "attributes of netlink messages"),
    CONFIG("dev.tapswitch.control.config.ConfigFuzz", 2_000, "configuration files, and bodies of requests"),
    LAB("dev.tapswitch.cli.lab.LabFuzz", 2_000, "lab files"),
    JSON("dev.tapswitch.control.json.JsonFuzz", 1_000, "JSON, read and written"),
    STATE("dev.tapswitch.control.state.StateFuzz", 2_000, "the file of what was added by command"),
    DOCKER_STATE("dev.tapswitch.containers.docker.DockerStateFuzz", 2_000, "the file of Docker's networks"),
    CNI("dev.tapswitch.containers.cni.CniFuzz", 2_000, "requests of CNI, and the file of its networks"),
    HANDOVER("dev.tapswitch.control.handover.HandoverFuzz", 400, "messages of a hand-over"),
    API("dev.tapswitch.fuzz.ApiFuzz", 2_000, "requests on the control socket of a running daemon"),
    DOCKER("dev.tapswitch.fuzz.DockerFuzz", 2_000, "requests on the socket of Docker's plugin");

    private final String className;
    private final int longest;
    private final String meaning;

    FuzzTarget(String className, int longest, String meaning) {
        this.className = className;
        this.longest = longest;
        this.meaning = meaning;
    }

    /** As on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public String className() {
        return className;
    }

    /** Bytes. */
    public int longest() {
        return longest;
    }

    /** Whether it runs a daemon's parts that touch the machine, and so is to run in namespaces of its own. */
    public boolean isIsolated() {
        return this == API || this == DOCKER;
    }

    /** One clause for people. */
    public String meaning() {
        return meaning;
    }
}
