package dev.tapswitch.core.bridge;

import dev.tapswitch.core.table.MacTable;
import dev.tapswitch.core.table.NeighbourTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * One switch: its tables, the snapshot that its workers read, and a forwarder with counters for each of them. What changes it is for
 * control threads, one at a time; a worker sees a change with its next batch.
 */
public final class LearningSwitch {
    /** Locally administered, one station's (IEEE 802 8.4). */
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

    /** What the switch sends from when it asks a station. Another one at every start, so that two switches in a row keep theirs apart. */
    public long mac() {
        return mac;
    }

    public MacTable macTable() {
        return macTable;
    }

    public NeighbourTable neighbourTable() {
        return neighbourTable;
    }

    /** What workers read, once per batch. Any thread. */
    public SwitchSnapshot snapshot() {
        return snapshot;
    }

    /** How many workers it was made for. */
    public int workers() {
        return forwarders.length;
    }

    /** A worker's forwarder; for that worker only. */
    public Forwarder forwarder(int worker) {
        return forwarders[worker];
    }

    /** Adds a port, with counters at zero; returns its index. IllegalArgumentException where the name is taken or there is no index left. */
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

    /** Replaces a port's settings; what it learned stays. */
    public synchronized void updatePort(int index, PortSettings port) {
        requirePort(index);
        requireFree(port.name(), index);
        ports[index] = port;
        publish();
    }

    /** A port that goes down takes no more floods, and what was learned on it is forgotten at once; static entries stay. */
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

    /** Removes a port and all its entries, static ones too. Its workers must have let go of it before: its index may serve another port. */
    public synchronized void removePort(int index) {
        requirePort(index);
        ports[index] = null;
        up[index] = false;
        publish();
        macTable.forgetPort(index);
        neighbourTable.flushPort(index);
    }

    /** Changes the settings; the capacities stay as they were made. */
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

    /** A counter of a port, summed over the workers. Any thread. */
    public long count(int port, PortCounter counter) {
        // Counted by the table: the port that loses an entry is not the one whose worker counts.
        if (counter == PortCounter.EVICTED) return macTable.evictions(port);
        long sum = 0;
        for (Forwarder forwarder : forwarders) sum += forwarder.counters(port).get(counter);
        return sum;
    }

    /** A port's drops for one reason, summed over the workers. Any thread. */
    public long count(int port, DropReason reason) {
        long sum = 0;
        for (Forwarder forwarder : forwarders) sum += forwarder.counters(port).get(reason);
        return sum;
    }

    /** Claims of others' addresses since this was called last, one a worker at most; drops are counted. A control thread. */
    public List<AddressClaim> takeClaims() {
        List<AddressClaim> claims = new ArrayList<>();
        for (Forwarder forwarder : forwarders) {
            AddressClaim claim = forwarder.takeClaim();
            if (claim != null) claims.add(claim);
        }
        return claims;
    }

    /** Forgets what is too old in both tables; returns how many entries went. A control thread, every second or so. */
    public int age(long nowMs) {
        long ageingMs = snapshot.settings().ageingMs();
        return macTable.age(nowMs, ageingMs) + neighbourTable.age(nowMs, ageingMs);
    }

    /** Counters for a forwarder that must not touch the real ones. */
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
