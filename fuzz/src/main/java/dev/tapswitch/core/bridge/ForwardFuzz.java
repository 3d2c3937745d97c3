package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.fuzz.FuzzInput;
import java.lang.foreign.MemorySegment;

/** A switch of random settings gets frames, loses ports and gets them back: each decision is one that may be taken. */
public final class ForwardFuzz {
    private static final int PORTS = 4;
    /** More than any conflict takes at one moment. */
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
            int what = input.u8();
            int port = what & PORTS - 1;
            nowMs += (long) (what >>> 4) * 97;
            if ((what & 0xC) == 0xC) change(lan, port, input, nowMs);
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
        int decision = forwarder.decide(snapshot, in, memory, 0, frame.length, nowMs);
        if (decision >= 0) {
            boolean isThere = snapshot.port(decision) != null && lan.isPortUp(decision);
            if (!isThere || !snapshot.mayPass(in, decision)) throw new AssertionError(in + " -> " + decision);
        } else if (decision == Forwarder.REPLY) {
            EthernetFrame asked = new EthernetFrame().wrap(memory, 0, frame.length);
            EthernetFrame reply = new EthernetFrame().wrap(forwarder.reply(), 0, forwarder.replyLength());
            if (reply.destination() != asked.source()) throw new AssertionError("the answer is for somebody else");
        } else if (Forwarder.isDrop(decision)) {
            if (Forwarder.dropReason(decision).meaning().isBlank()) throw new AssertionError("no reason");
        } else if (decision != Forwarder.FLOOD && decision != Forwarder.CONSUME) {
            throw new AssertionError("decision " + decision);
        }
        for (int i = 0; i < MAX_STEPS && forwarder.hasConflicts(); i++)
            if (forwarder.nextStep(snapshot, nowMs) == null) break;
        if (lan.macTable().size() > lan.macTable().capacity()) throw new AssertionError("more MACs than fit");
        if (lan.neighbourTable().size() > lan.neighbourTable().capacity())
            throw new AssertionError("more neighbours than fit");
    }
}
