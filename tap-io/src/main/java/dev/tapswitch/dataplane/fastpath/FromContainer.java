package dev.tapswitch.dataplane.fastpath;

import static dev.tapswitch.linux.bpf.Condition.ABOVE;
import static dev.tapswitch.linux.bpf.Condition.ANY_BIT;
import static dev.tapswitch.linux.bpf.Condition.AT_MOST;
import static dev.tapswitch.linux.bpf.Condition.BELOW;
import static dev.tapswitch.linux.bpf.Condition.EQUAL;
import static dev.tapswitch.linux.bpf.Condition.NOT_EQUAL;
import static dev.tapswitch.linux.bpf.Condition.SIGNED_BELOW;
import static dev.tapswitch.linux.bpf.Register.FP;
import static dev.tapswitch.linux.bpf.Register.R0;
import static dev.tapswitch.linux.bpf.Register.R1;
import static dev.tapswitch.linux.bpf.Register.R2;
import static dev.tapswitch.linux.bpf.Register.R3;
import static dev.tapswitch.linux.bpf.Register.R4;
import static dev.tapswitch.linux.bpf.Register.R5;
import static dev.tapswitch.linux.bpf.Register.R6;
import static dev.tapswitch.linux.bpf.Register.R7;
import static dev.tapswitch.linux.bpf.Register.R8;
import static dev.tapswitch.linux.bpf.Register.R9;

import dev.tapswitch.core.frame.EtherType;
import dev.tapswitch.linux.bpf.Assembler;
import dev.tapswitch.linux.bpf.Code;
import dev.tapswitch.linux.bpf.Field;
import dev.tapswitch.linux.bpf.KernelFunction;
import dev.tapswitch.linux.bpf.Label;
import dev.tapswitch.linux.bpf.MapReference;
import dev.tapswitch.linux.bpf.Register;
import dev.tapswitch.linux.bpf.SocketBuffer;

/**
 * Assembles the program of a port's host end, which runs for each frame that the container sends. If the map of stations contains the source and the
 * destination, the program forwards the frame to the destination's port. All other frames go to userspace through the port's TAP: multicast and
 * broadcast, ARP, Neighbour Discovery, DHCP, frames with an unknown or moved source or an unknown destination, frames that are too large for the
 * egress port, IPv4 packets with options, IPv6 packets whose next header is not TCP, UDP or ICMPv6, truncated headers, and super-frames other than
 * TCP.
 *
 * <p>Registers: R6 is the frame's context, R7 the entry of the ingress port, R8 the entry of the destination's station and later that of the egress
 * port, R9 the length to compare with the MTU and later the station's flags. While headers are parsed, R2 and R3 are the packet's start and end, R4
 * is the destination address and R5 the source address.
 */
final class FromContainer {
    /** include/uapi/linux/pkt_cls.h. */
    static final int TC_ACT_SHOT = 2;
    /** include/uapi/linux/if_packet.h. */
    private static final int PACKET_HOST = 0;

    /** If the heartbeat is older, userspace is not running and does not read the TAPs. */
    private static final long DEAD_NANOS = 3_000_000_000L;

    /** IEEE 802.1Q 9.6: the VID in a tag's TCI. */
    private static final int VID_MASK = 0xfff;

    private static final int VLAN_TAG = 4;

    // RFC 4443 2.1, RFC 4861 4: ICMPv6 types
    private static final int RESERVED = 0;
    private static final int LAST_ERROR = 4;
    private static final int ECHO_REQUEST = 128;
    private static final int ECHO_REPLY = 129;
    private static final int ROUTER_SOLICITATION = 133;
    private static final int REDIRECT = 137;

    // Offsets on the stack. A station's key consists of its address and its switch.
    private static final Field DESTINATION = Field.u64("destination", -16);
    private static final Field DESTINATION_SWITCH = Field.u32("switch", -8);
    private static final Field SOURCE = Field.u64("source", -32);
    private static final Field SOURCE_SWITCH = Field.u32("switch", -24);
    private static final Field INDEX = Field.u32("index", -36);
    private static final Field BYTES = Field.u64("bytes", -48);

    private final Assembler code = new Assembler();
    private final Maps maps;
    private final Label ipv4 = code.label("ipv4");
    private final Label ipv6 = code.label("ipv6");
    private final Label icmpv6 = code.label("icmpv6");
    private final Label single = code.label("single");
    private final Label resolution = code.label("resolution");
    private final Label forward = code.label("forward");
    private final Label otherSource = code.label("other_source");
    private final Label destination = code.label("destination");
    private final Label peer = code.label("peer");
    private final Label slow = code.label("slow");
    private final Label drop = code.label("drop");

    private FromContainer(Maps maps) {
        this.maps = maps;
    }

    static Code code(Maps maps) {
        FromContainer program = new FromContainer(maps);
        program.findPort();
        program.readEthernetHeader();
        program.readIpv4Header();
        program.readIpv6Header();
        program.readIcmpv6Header();
        program.refuseOtherSuperFrames();
        program.writeKeys();
        program.checkOwnSource();
        program.findDestination();
        program.checkPolicy();
        program.count();
        program.redirect();
        program.checkOtherSource();
        program.resolve();
        program.suspectMove();
        program.goSlow();
        program.drop();
        return program.code.assemble();
    }

    /** Loads the ingress port's entry into R7. Drops the frame if the interface has no entry: its port was removed. */
    private void findPort() {
        code.move(R6, R1);
        code.load(R1, R6, SocketBuffer.IFINDEX);
        lookUpPort(drop);
        code.move(R7, R0);
        code.load(R1, R7, PortMap.IFINDEX).load(R2, R6, SocketBuffer.IFINDEX).jumpIf(R1, NOT_EQUAL, R2, drop);
    }

    private void readEthernetHeader() {
        code.load(R2, R6, SocketBuffer.DATA).load(R3, R6, SocketBuffer.DATA_END);
        requireBytes(Packet.ETHERNET_HEADER);
        code.load(R4, R2, Packet.DESTINATION).jumpIf(R4, ANY_BIT, Packet.GROUP_BIT, slow);
        code.load(R5, R2, Packet.SOURCE);
        code.load(R9, R6, SocketBuffer.LEN);
        code.move(R0, R5).shiftRight(R0, Packet.ADDRESS_BITS);
        code.jumpIf(R0, EQUAL, Packet.network16(EtherType.IPV4), ipv4);
        code.jumpIf(R0, EQUAL, Packet.network16(EtherType.IPV6), ipv6);
        code.jumpIf(R0, EQUAL, Packet.network16(EtherType.ARP), resolution);
        // The kernel has removed the outer tag. This tag was inside another one, or is of a kind that is not part of a
        // station's key.
        code.jumpIf(R0, EQUAL, Packet.network16(EtherType.VLAN), slow);
        code.jumpIf(R0, EQUAL, Packet.network16(EtherType.SERVICE_VLAN), slow);
        // The switch forwards all other types by their addresses alone.
        code.jump(single);
    }

    private void readIpv4Header() {
        int transport = Packet.ETHERNET_HEADER + Packet.IPV4_HEADER;
        Label tcp = code.label("ipv4_tcp");
        code.at(ipv4);
        requireBytes(transport + Packet.PORTS);
        code.load(R0, R2, Packet.IPV4_VERSION_LENGTH).jumpIf(R0, NOT_EQUAL, Packet.IPV4_WITHOUT_OPTIONS, slow);
        code.load(R0, R2, Packet.IPV4_PROTOCOL);
        code.jumpIf(R0, EQUAL, Packet.TCP, tcp);
        code.jumpIf(R0, EQUAL, Packet.IGMP, slow);
        code.jumpIf(R0, NOT_EQUAL, Packet.UDP, single);
        // Only the first fragment has ports. A later fragment whose payload happens to contain these numbers goes to
        // userspace too, which does no harm.
        slowIfPort(transport, Packet.DHCP);
        code.jump(single);
        readTcpHeader(tcp, transport);
    }

    private void readIpv6Header() {
        int transport = Packet.ETHERNET_HEADER + Packet.IPV6_HEADER;
        Label tcp = code.label("ipv6_tcp");
        code.at(ipv6);
        requireBytes(transport + Packet.PORTS);
        code.load(R0, R2, Packet.IPV6_VERSION).shiftRight(R0, 4).jumpIf(R0, NOT_EQUAL, 6, slow);
        code.load(R0, R2, Packet.IPV6_NEXT_HEADER);
        code.jumpIf(R0, EQUAL, Packet.TCP, tcp);
        code.jumpIf(R0, EQUAL, Packet.ICMPV6, icmpv6);
        // Neighbour Discovery may be behind an extension header.
        code.jumpIf(R0, NOT_EQUAL, Packet.UDP, slow);
        slowIfPort(transport, Packet.DHCPV6);
        code.jump(single);
        readTcpHeader(tcp, transport);
    }

    /**
     * Echo and error messages are forwarded like other traffic. {@link #resolve} handles Neighbour Discovery. All other types, such as MLD, go to
     * userspace.
     */
    private void readIcmpv6Header() {
        code.at(icmpv6).load(R0, R2, Packet.icmpType(Packet.ETHERNET_HEADER + Packet.IPV6_HEADER));
        code.jumpIf(R0, EQUAL, ECHO_REQUEST, single);
        code.jumpIf(R0, EQUAL, ECHO_REPLY, single);
        code.jumpIf(R0, EQUAL, RESERVED, slow);
        code.jumpIf(R0, AT_MOST, LAST_ERROR, single);
        code.jumpIf(R0, BELOW, ROUTER_SOLICITATION, slow);
        code.jumpIf(R0, AT_MOST, REDIRECT, resolution);
        code.jump(slow);
    }

    /** For a super-frame, sets R9 to the length of its longest segment, because the MTU limits segments. */
    private void readTcpHeader(Label tcp, int transport) {
        code.at(tcp).load(R0, R6, SocketBuffer.GSO_SIZE).jumpIf(R0, EQUAL, 0, forward);
        requireBytes(transport + Packet.TCP_HEADER);
        // The upper half of the byte, in units of 4 bytes (RFC 9293 3.1).
        code.load(R9, R2, Packet.tcpDataOffset(transport)).shiftRight(R9, 4).shiftLeft(R9, 2);
        code.add(R9, R0).add(R9, transport).jump(forward);
    }

    /**
     * Sends all super-frames except TCP to userspace. A UDP super-frame may belong to a tunnel; its segments then have inner headers too, whose
     * length the program does not determine.
     */
    private void refuseOtherSuperFrames() {
        code.at(single).load(R0, R6, SocketBuffer.GSO_SIZE).jumpIf(R0, NOT_EQUAL, 0, slow);
    }

    /** Adds the VLAN to the addresses in R4 and R5, and stores the destination's key. The kernel has moved the tag from the packet to the context. */
    private void writeKeys() {
        Label untagged = code.label("untagged");
        code.at(forward).shiftLeft(R4, 16).shiftRight(R4, 16).shiftLeft(R5, 16).shiftRight(R5, 16);
        code.load(R0, R6, SocketBuffer.LEN).store(FP, BYTES, R0);
        code.load(R1, R6, SocketBuffer.VLAN_PRESENT).jumpIf(R1, EQUAL, 0, untagged);
        code.load(R1, R6, SocketBuffer.VLAN_PROTO).jumpIf(R1, NOT_EQUAL, Packet.network16(EtherType.VLAN), slow);
        code.add(R0, VLAN_TAG).store(FP, BYTES, R0);
        code.load(R0, R6, SocketBuffer.VLAN_TCI).and(R0, VID_MASK).shiftLeft(R0, Packet.ADDRESS_BITS);
        code.or(R4, R0).or(R5, R0);
        code.at(untagged).store(FP, DESTINATION, R4);
        code.load(R0, R7, PortMap.SWITCH).store(FP, DESTINATION_SWITCH, R0);
    }

    /** Accepts the MAC of the port's far end without a lookup. */
    private void checkOwnSource() {
        code.load(R1, R7, PortMap.OWN_ADDRESS).jumpIf(R5, NOT_EQUAL, R1, otherSource);
        stamp(R7, PortMap.SEEN, destination);
    }

    /** Loads the egress port's entry into R8, and the flags of the destination's station into R9. */
    private void findDestination() {
        code.at(destination);
        lookUp(maps.stations(), DESTINATION, slow);
        code.move(R8, R0);
        code.load(R1, R8, StationMap.IFINDEX).load(R2, R6, SocketBuffer.IFINDEX).jumpIf(R1, EQUAL, R2, slow);
        lookUpPort(slow);
        code.load(R1, R0, PortMap.IFINDEX).load(R2, R8, StationMap.IFINDEX).jumpIf(R1, NOT_EQUAL, R2, slow);
        code.load(R1, R0, PortMap.MAX_LENGTH).jumpIf(R9, ABOVE, R1, slow);
        code.load(R9, R8, StationMap.FLAGS).move(R8, R0);
    }

    /** Checks the flags of both ports and of the destination. {@link #checkOtherSource} checks those of the source. */
    private void checkPolicy() {
        code.load(R1, R7, PortMap.FLAGS).load(R2, R8, PortMap.FLAGS);
        code.move(R3, R1).or(R3, R2).or(R3, R9).jumpIf(R3, ANY_BIT, Flag.SLOW, slow);
        code.and(R1, R2).jumpIf(R1, ANY_BIT, Flag.ISOLATED, slow);
        code.and(R9, R2);
    }

    /** Counts the frame as a worker does: a super-frame counts as one frame. */
    private void count() {
        Label leaving = code.label("leaving");
        Label counted = code.label("counted");
        lookUpCounters(R7, leaving);
        code.load(R2, FP, BYTES);
        increment(CounterMap.RX_FRAMES).load(R1, R0, CounterMap.RX_BYTES);
        code.add(R1, R2).store(R0, CounterMap.RX_BYTES, R1);
        code.at(leaving);
        lookUpCounters(R8, counted);
        code.load(R2, FP, BYTES);
        increment(CounterMap.TX_FRAMES).load(R1, R0, CounterMap.TX_BYTES);
        code.add(R1, R2).store(R0, CounterMap.TX_BYTES, R1);
        code.at(counted);
    }

    private void redirect() {
        code.jumpIf(R9, ANY_BIT, Flag.PEER, peer);
        // bpf_redirect sends the frame through the host end's queueing discipline and veth_xmit(), which determines the
        // packet type.
        code.load(R1, R8, PortMap.IFINDEX)
                .move(R2, 0)
                .call(KernelFunction.REDIRECT)
                .exit();
        // The kernel has set the packet type to PACKET_OTHERHOST, because the frame is not addressed to the host end.
        // Linux 6.16 and later reset the type themselves.
        code.at(peer).move(R1, R6).move(R2, PACKET_HOST).call(KernelFunction.SKB_CHANGE_TYPE);
        code.load(R1, R8, PortMap.IFINDEX)
                .move(R2, 0)
                .call(KernelFunction.REDIRECT_PEER)
                .exit();
    }

    /**
     * Looks up a source other than the far end's MAC: a station behind a bridge in the container, a tagged frame, a station that moved, or a forged
     * address.
     */
    private void checkOtherSource() {
        code.at(otherSource).store(FP, SOURCE, R5).load(R0, R7, PortMap.SWITCH).store(FP, SOURCE_SWITCH, R0);
        lookUp(maps.stations(), SOURCE, slow);
        code.load(R1, R0, StationMap.IFINDEX).load(R2, R6, SocketBuffer.IFINDEX).jumpIf(R1, NOT_EQUAL, R2, slow);
        code.load(R1, R0, StationMap.FLAGS).jumpIf(R1, ANY_BIT, Flag.SLOW, slow);
        code.move(R3, R0);
        stamp(R3, StationMap.SEEN, destination);
        code.jump(destination);
    }

    /**
     * Handles unicast ARP and Neighbour Discovery. They go to userspace, which learns from them and may reply. If userspace is not running, they are
     * forwarded like other frames.
     */
    private void resolve() {
        code.at(resolution).store(FP, DESTINATION, R4).store(FP, SOURCE, R5);
        code.call(KernelFunction.KTIME_GET_NS);
        code.loadFirstValue(R1, maps.control())
                .load(R1, R1, ControlMap.HEARTBEAT)
                .subtract(R0, R1);
        // The comparison is signed: a heartbeat that is later than the current time is not old.
        code.moveWide(R1, DEAD_NANOS).jumpIf(R0, SIGNED_BELOW, R1, slow);
        code.load(R4, FP, DESTINATION).load(R5, FP, SOURCE).jump(single);
    }

    /**
     * Sets the SLOW flag of the source if it is known on another port. When userspace reads the frame, it either moves the station or refuses the
     * move. Until then all frames of the station go to userspace, so that replies to this frame take the path that userspace decides on.
     */
    private void suspectMove() {
        Label untagged = code.label("suspect_untagged");
        Label done = code.label("not_moved");
        code.at(slow).load(R2, R6, SocketBuffer.DATA).load(R3, R6, SocketBuffer.DATA_END);
        code.move(R1, R2).add(R1, Packet.ETHERNET_HEADER).jumpIf(R1, ABOVE, R3, done);
        code.load(R5, R2, Packet.SOURCE).shiftLeft(R5, 16).shiftRight(R5, 16);
        code.load(R1, R6, SocketBuffer.VLAN_PRESENT).jumpIf(R1, EQUAL, 0, untagged);
        code.load(R0, R6, SocketBuffer.VLAN_TCI).and(R0, VID_MASK).shiftLeft(R0, Packet.ADDRESS_BITS);
        code.or(R5, R0);
        code.at(untagged).load(R1, R7, PortMap.OWN_ADDRESS).jumpIf(R5, EQUAL, R1, done);
        code.store(FP, SOURCE, R5).load(R0, R7, PortMap.SWITCH).store(FP, SOURCE_SWITCH, R0);
        lookUp(maps.stations(), SOURCE, done);
        code.load(R1, R0, StationMap.IFINDEX).load(R2, R6, SocketBuffer.IFINDEX).jumpIf(R1, EQUAL, R2, done);
        code.load(R1, R0, StationMap.FLAGS).jumpIf(R1, ANY_BIT, Flag.SLOW | Flag.BOUND, done);
        code.or(R1, Flag.SLOW).store(R0, StationMap.FLAGS, R1);
        code.at(done);
    }

    private void goSlow() {
        Label counted = code.label("slow_counted");
        lookUpCounters(R7, counted);
        increment(CounterMap.SLOW_FRAMES);
        code.at(counted);
        code.load(R1, R7, PortMap.OUT).move(R2, 0).call(KernelFunction.REDIRECT).exit();
    }

    private void drop() {
        code.at(drop).move(R0, TC_ACT_SHOT).exit();
    }

    /** Sends the frame to userspace if it is shorter, or if these bytes are not in the linear part of the socket buffer. Overwrites R1. */
    private void requireBytes(int bytes) {
        code.move(R1, R2).add(R1, bytes).jumpIf(R1, ABOVE, R3, slow);
    }

    private void slowIfPort(int transport, int[] ports) {
        code.load(R0, R2, Packet.sourcePort(transport)).load(R1, R2, Packet.destinationPort(transport));
        for (int port : ports) {
            code.jumpIf(R0, EQUAL, Packet.network16(port), slow).jumpIf(R1, EQUAL, Packet.network16(port), slow);
        }
    }

    /** Loads the address of the slot of the interface in R1 into R0. */
    private void lookUpPort(Label absent) {
        code.and(R1, PortMap.SLOT_MASK).store(FP, INDEX, R1);
        lookUp(maps.ports(), INDEX, absent);
    }

    /** Loads the address of this CPU's counters of a port into R0. */
    private void lookUpCounters(Register port, Label absent) {
        code.load(R1, port, PortMap.NUMBER).store(FP, INDEX, R1);
        lookUp(maps.counters(), INDEX, absent);
    }

    /**
     * Looks up the key that begins at a field of the stack, and loads the value's address into R0; jumps to {@code absent} if there is none.
     * Overwrites R1 to R5.
     */
    private void lookUp(MapReference map, Field key, Label absent) {
        code.loadMap(R1, map).move(R2, FP).add(R2, key.offset());
        code.call(KernelFunction.MAP_LOOKUP_ELEM).jumpIf(R0, EQUAL, 0, absent);
    }

    private Assembler increment(Field counter) {
        return code.load(R1, R0, counter).add(R1, 1).store(R0, counter, R1);
    }

    /** Sets an entry's last-seen time to the heartbeat. Writes only once per heartbeat, so that CPUs can share the cache line. Overwrites R0 and R1. */
    private void stamp(Register entry, Field seen, Label stamped) {
        code.loadFirstValue(R1, maps.control()).load(R0, R1, ControlMap.HEARTBEAT);
        code.load(R1, entry, seen).jumpIf(R0, EQUAL, R1, stamped).store(entry, seen, R0);
    }
}
