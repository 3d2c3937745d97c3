package dev.tapswitch.dataplane.fastpath;

import static dev.tapswitch.linux.bpf.Condition.EQUAL;
import static dev.tapswitch.linux.bpf.Condition.NOT_EQUAL;
import static dev.tapswitch.linux.bpf.Register.FP;
import static dev.tapswitch.linux.bpf.Register.R0;
import static dev.tapswitch.linux.bpf.Register.R1;
import static dev.tapswitch.linux.bpf.Register.R2;
import static dev.tapswitch.linux.bpf.Register.R6;

import dev.tapswitch.linux.bpf.Assembler;
import dev.tapswitch.linux.bpf.Code;
import dev.tapswitch.linux.bpf.Field;
import dev.tapswitch.linux.bpf.KernelFunction;
import dev.tapswitch.linux.bpf.Label;
import dev.tapswitch.linux.bpf.SocketBuffer;

/**
 * Assembles the program of a port's TAP, which sends the frames that userspace writes out of the port's host end. They pass the host end's queueing
 * discipline and veth_xmit(), which determines the packet type and checks the MTU. With bpf_redirect_peer, the container would accept every flooded
 * frame as addressed to itself, whatever its size.
 */
final class FromUserspace {
    private static final Field SLOT = Field.u32("slot", -4);

    private FromUserspace() {}

    static Code code(Maps maps) {
        Assembler code = new Assembler();
        Label drop = code.label("drop");
        code.move(R6, R1);

        // Find the port of this TAP.
        code.load(R1, R6, SocketBuffer.IFINDEX).and(R1, PortMap.SLOT_MASK).store(FP, SLOT, R1);
        code.loadMap(R1, maps.ports()).move(R2, FP).add(R2, SLOT.offset());
        code.call(KernelFunction.MAP_LOOKUP_ELEM).jumpIf(R0, EQUAL, 0, drop);
        code.load(R1, R0, PortMap.IFINDEX).load(R2, R6, SocketBuffer.IFINDEX).jumpIf(R1, NOT_EQUAL, R2, drop);

        code.load(R1, R0, PortMap.OUT).move(R2, 0).call(KernelFunction.REDIRECT).exit();

        code.at(drop).move(R0, FromContainer.TC_ACT_SHOT).exit();
        return code.assemble();
    }
}
