package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.fuzz.FuzzInput;
import java.lang.foreign.MemorySegment;

/** A switch with random settings receives frames while ports go down and up: every decision is allowed in the current state. */
public final class ForwardFuzz {
    private static final int PORTS = 4;
    /** More steps than any address conflict requires at a time. */
    private static final int MAX_STEPS = 8;

    private ForwardFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        FuzzInput input = new FuzzInput(bytes);
        ArpMode[] modes = ArpMode.values();
        SwitchSettings settings = SwitchSettingsFuzz.of(modes[input.u8() % modes.length], input.u8() & 0x1F);
        LearningSwitch lan = new LearningSwitch("lan", settings, 1);
        for (int i = 0; i < PORTS; i++) lan.addPort(port(i, input), true);
        long nowMs = 1_000_000;
        while (!input.isEmpty()) {
            int action = input.u8();
            int port = action & PORTS - 1;
            nowMs += (long) (action >>> 4) * 97;
            if ((action & 0xC) == 0xC) change(lan, port, input, nowMs);
            else decide(lan, port, input.sized(200), nowMs);
        }
    }

    private static PortSettings port(int index, FuzzInput input) {
        int flags = input.u8();
        return PortSettings.of("p" + index, 1_500)
                .withHairpin((flags & 1) != 0)
                .withIsolation((flags & 2) != 0)
                .withLearningLimit(flags >>> 3, (flags & 4) != 0);
    }

    private static void change(LearningSwitch lan, int port, FuzzInput input, long nowMs) {
        switch (input.u8() % 4) {
            case 0 -> lan.setPortUp(port, !lan.isPortUp(port));
            case 1 -> lan.updatePort(port, port(port, input));
            case 2 -> lan.age(nowMs + 400_000);
            default -> lan.macTable().addStatic(0x0200_0000_0000L | input.u8(), 0, port, nowMs);
        }
    }

    private static void decide(LearningSwitch lan, int in, byte[] frame, long nowMs) {
        if (!lan.isPortUp(in)) return;
        MemorySegment memory = MemorySegment.ofArray(frame);
        SwitchSnapshot snapshot = lan.snapshot();
        Explainer.explain(lan, in, memory, 0, frame.length, nowMs);
        Forwarder forwarder = lan.forwarder(0);
        forwarder.beginBatch(snapshot, in, nowMs);
        int verdict = forwarder.decide(memory, 0, frame.length);
        if (Verdict.isPort(verdict)) {
            checkEgress(lan, snapshot, in, verdict);
        } else if (Verdict.isPortSet(verdict)) {
            PortSet ports = snapshot.portSet(Verdict.portSet(verdict));
            if (ports.isEmpty()) throw new AssertionError("flooded to an empty port set");
            for (int i = 0; i < ports.size(); i++) checkEgress(lan, snapshot, in, ports.port(i));
        } else if (verdict == Verdict.REPLY) {
            EthernetFrame request = new EthernetFrame().wrap(memory, 0, frame.length);
            EthernetFrame reply = new EthernetFrame().wrap(forwarder.reply(), 0, forwarder.replyLength());
            if (reply.destination() != request.source())
                throw new AssertionError("the reply is not addressed to the requester");
        } else if (Verdict.isDrop(verdict)) {
            if (Verdict.dropReason(verdict).meaning().isBlank())
                throw new AssertionError("the drop reason has no description");
        } else if (verdict != Verdict.CONSUME) {
            throw new AssertionError("verdict " + verdict);
        }
        for (int i = 0; i < MAX_STEPS && forwarder.hasConflicts(); i++)
            if (forwarder.nextStep(snapshot, nowMs) == null) break;
        if (lan.macTable().size() > lan.macTable().capacity())
            throw new AssertionError("the MAC table exceeds its capacity");
        if (lan.neighbourTable().size() > lan.neighbourTable().capacity())
            throw new AssertionError("the neighbour table exceeds its capacity");
    }

    private static void checkEgress(LearningSwitch lan, SwitchSnapshot snapshot, int in, int out) {
        boolean isUp = snapshot.port(out) != null && lan.isPortUp(out);
        if (!isUp || !snapshot.mayPass(in, out)) throw new AssertionError(in + " -> " + out);
    }
}
