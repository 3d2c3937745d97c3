package dev.tapswitch.core.bridge;

import dev.tapswitch.core.table.MacTable;
import dev.tapswitch.core.table.NeighbourTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * One switch: its tables, the snapshot that its workers read, and a forwarder with counters for each worker. Methods that change it must be called by
 * control threads; a worker sees a change in its next batch. Thread-safe.
 */
public final class LearningSwitch {
    /** The bits of a locally administered unicast address (IEEE 802 8.4). */
    private static final long LOCAL = 0x0200_0000_0000L;

    /** Each rule is compared with every multicast frame. */
    private static final int MAX_PUNT_RULES = 16;

    private final String name;
    private final long mac = LOCAL | ThreadLocalRandom.current().nextLong() & 0xFCFF_FFFF_FFFFL;
    private final MacTable macTable;
    private final NeighbourTable neighbourTable;
    private final Forwarder[] forwarders;

    private SwitchSettings settings;
    private PortSettings[] ports = new PortSettings[0];
    private boolean[] up = new boolean[0];
    /** By number; null where a number is free. Replaced as a whole. */
    private PuntRule[] puntRules = new PuntRule[0];

    private volatile SwitchSnapshot snapshot;

    public LearningSwitch(String name, SwitchSettings settings, int workers) {
        this.name = name;
        this.settings = settings;
        this.macTable = new MacTable(settings.macCapacity());
        this.neighbourTable = new NeighbourTable(settings.neighbourCapacity());
        this.forwarders = IntStream.range(0, workers)
                .mapToObj(worker -> new Forwarder(this, false))
                .toArray(Forwarder[]::new);
        publish();
    }

    public String name() {
        return name;
    }

    /** The source address of the switch's probes. Chosen at random, so that two switches in a chain have different ones. */
    public long mac() {
        return mac;
    }

    public MacTable macTable() {
        return macTable;
    }

    public NeighbourTable neighbourTable() {
        return neighbourTable;
    }

    /** The current settings and ports. Workers read it once per batch. */
    public SwitchSnapshot snapshot() {
        return snapshot;
    }

    /** A worker's forwarder, which only that worker may use. */
    public Forwarder forwarder(int worker) {
        return forwarders[worker];
    }

    /**
     * Adds a port with all counters 0; returns its index. Throws IllegalArgumentException if the name is in use, or if the switch has the maximum
     * number of ports.
     */
    public synchronized int addPort(PortSettings port, boolean isUp) {
        requireFree(port.name(), -1);
        int index = freeIndex();
        if (index == ports.length) {
            ports = Arrays.copyOf(ports, index + 1);
            up = Arrays.copyOf(up, index + 1);
        }
        ports[index] = port;
        up[index] = isUp;
        for (Forwarder forwarder : forwarders) {
            Counters[] counters = Arrays.copyOf(forwarder.allCounters(), ports.length);
            counters[index] = new Counters();
            forwarder.setCounters(counters);
        }
        publish();
        return index;
    }

    /** Replaces a port's settings; its learned entries stay. */
    public synchronized void updatePort(int index, PortSettings port) {
        requirePort(index);
        requireFree(port.name(), index);
        ports[index] = port;
        publish();
    }

    /** A port that goes down receives no more flooded frames, and its learned entries are removed at once; static entries stay. */
    public synchronized void setPortUp(int index, boolean isUp) {
        requirePort(index);
        if (up[index] == isUp) return;
        up[index] = isUp;
        publish();
        if (isUp) return;
        macTable.flushPort(index, false);
        neighbourTable.flushPort(index);
    }

    public synchronized boolean isPortUp(int index) {
        requirePort(index);
        return up[index];
    }

    /** Removes a port and all its entries, including static ones. No worker may serve it any more, because its index may be reused. */
    public synchronized void removePort(int index) {
        requirePort(index);
        ports[index] = null;
        up[index] = false;
        publish();
        macTable.forgetPort(index);
        neighbourTable.flushPort(index);
    }

    /** Changes the settings, except the capacities. */
    public synchronized void update(SwitchSettings changed) {
        settings = changed;
        publish();
    }

    /**
     * Frames that match the rule are punted from now on; returns the rule's number. Rules with smaller numbers take precedence.
     * Throws IllegalArgumentException if there are too many rules.
     */
    public synchronized int addPuntRule(PuntRule rule) {
        int number = Arrays.asList(puntRules).indexOf(null);
        if (number < 0) number = puntRules.length;
        if (number == MAX_PUNT_RULES)
            throw new IllegalArgumentException("switch " + name + " has " + MAX_PUNT_RULES + " punt rules already");
        PuntRule[] changed = Arrays.copyOf(puntRules, Math.max(number + 1, puntRules.length));
        changed[number] = rule;
        puntRules = changed;
        publish();
        return number;
    }

    /** Removes a rule. Its number may be reused for another one. */
    public synchronized void removePuntRule(int number) {
        PuntRule[] changed = puntRules.clone();
        changed[number] = null;
        puntRules = changed;
        publish();
    }

    /** A counter of a port, summed over the workers. */
    public long count(int port, PortCounter counter) {
        // Counted by the table, because the port that loses an entry is not the one whose frame is being handled.
        if (counter == PortCounter.EVICTED) return macTable.evictions(port);
        long sum = 0;
        for (Forwarder forwarder : forwarders) sum += forwarder.counters(port).get(counter);
        return sum;
    }

    /** A port's drops for one reason, summed over the workers. */
    public long count(int port, DropReason reason) {
        long sum = 0;
        for (Forwarder forwarder : forwarders) sum += forwarder.counters(port).get(reason);
        return sum;
    }

    /** Claims of other stations' addresses since the last call, at most one per worker. Dropped frames are counted in any case. */
    public List<AddressClaim> takeClaims() {
        List<AddressClaim> claims = new ArrayList<>();
        for (Forwarder forwarder : forwarders) {
            AddressClaim claim = forwarder.takeClaim();
            if (claim != null) claims.add(claim);
        }
        return claims;
    }

    /** Removes expired entries from both tables; returns how many. Must be called about once a second. */
    public int age(long nowMs) {
        long ageingMs = snapshot.settings().ageingMs();
        return macTable.age(nowMs, ageingMs) + neighbourTable.age(nowMs, ageingMs);
    }

    /** A forwarder that changes neither tables nor counters. */
    Forwarder dryRun() {
        Forwarder forwarder = new Forwarder(this, true);
        Counters[] scratch = new Counters[snapshot.portCount()];
        Arrays.setAll(scratch, port -> new Counters());
        forwarder.setCounters(scratch);
        return forwarder;
    }

    private int freeIndex() {
        for (int i = 0; i < ports.length; i++) if (ports[i] == null) return i;
        if (ports.length == MacTable.MAX_PORTS - 1)
            throw new IllegalArgumentException("switch " + name + " has as many ports as it can");
        return ports.length;
    }

    private void requirePort(int index) {
        if (index < 0 || index >= ports.length || ports[index] == null) {
            throw new IllegalArgumentException("switch " + name + " has no port " + index);
        }
    }

    private void requireFree(String portName, int except) {
        for (int i = 0; i < ports.length; i++) {
            if (i != except && ports[i] != null && ports[i].name().equals(portName)) {
                throw new IllegalArgumentException("switch " + name + " already has a port named " + portName);
            }
        }
    }

    private void publish() {
        snapshot = new SwitchSnapshot(settings, ports.clone(), up, puntRules);
    }
}
