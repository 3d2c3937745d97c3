package dev.tapswitch.linux.netlink;

import dev.tapswitch.linux.sys.DeviceName;
import dev.tapswitch.linux.sys.Linux;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Builds one netlink message (include/uapi/linux/netlink.h): a header, a fixed structure, then attributes, each aligned to 4 bytes. Numbers
 * are in the machine's byte order; addresses are bytes in network byte order. Holds up to 512 bytes. Not thread-safe.
 */
public final class NetlinkMessage {
    private static final int CAPACITY = 512;
    private static final int ATTRIBUTE_HEADER = 4;

    private final ByteBuffer bytes = ByteBuffer.allocate(CAPACITY).order(ByteOrder.nativeOrder());

    /** Begins a request of a type (RTM_...) with the given NLM_F_ flags, NLM_F_REQUEST and NLM_F_ACK. */
    public NetlinkMessage(int type, int flags) {
        bytes.putInt(0)
                .putShort((short) type)
                .putShort((short) (flags | Netlink.NLM_F_REQUEST | Netlink.NLM_F_ACK))
                .putInt(0)
                .putInt(0);
    }

    /** struct ifinfomsg: a link by its index, or 0 if an attribute names it; {@code changed} is the mask of the IFF_ flags to be changed. */
    public NetlinkMessage link(int index, int flags, int changed) {
        bytes.put((byte) 0)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(index)
                .putInt(flags)
                .putInt(changed);
        return this;
    }

    /** struct ifinfomsg of the family AF_BRIDGE: a link as the port of its bridge. */
    public NetlinkMessage bridgePort(int index) {
        bytes.put((byte) Linux.AF_BRIDGE)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(index)
                .putInt(0)
                .putInt(0);
        return this;
    }

    /** struct rtgenmsg of a request about a namespace. */
    public NetlinkMessage namespace() {
        bytes.putInt(0);
        return this;
    }

    /** struct ifaddrmsg: an address of a link; all zeros for a request that lists all addresses. */
    public NetlinkMessage address(int family, int prefixLength, int flags, int index) {
        bytes.put((byte) family)
                .put((byte) prefixLength)
                .put((byte) flags)
                .put((byte) Netlink.RT_SCOPE_UNIVERSE)
                .putInt(index);
        return this;
    }

    /** struct rtmsg of a unicast route in the main table. */
    public NetlinkMessage route(int family, int prefixLength) {
        bytes.put((byte) family).put((byte) prefixLength).put((byte) 0).put((byte) 0);
        bytes.put((byte) Netlink.RT_TABLE_MAIN)
                .put((byte) Netlink.RTPROT_STATIC)
                .put((byte) Netlink.RT_SCOPE_UNIVERSE)
                .put((byte) Netlink.RTN_UNICAST)
                .putInt(0);
        return this;
    }

    /** struct rtmsg that requests the routes of a family in the main table. */
    public NetlinkMessage routesOf(int family) {
        bytes.put((byte) family).put((byte) 0).put((byte) 0).put((byte) 0);
        bytes.put((byte) Netlink.RT_TABLE_MAIN)
                .put((byte) 0)
                .put((byte) 0)
                .put((byte) 0)
                .putInt(0);
        return this;
    }

    /** struct tcmsg: a queueing discipline or a filter of a link. */
    public NetlinkMessage traffic(int index, int handle, int parent, int info) {
        bytes.putInt(0).putInt(index).putInt(handle).putInt(parent).putInt(info);
        return this;
    }

    public NetlinkMessage attribute(int type, byte[] value) {
        bytes.putShort((short) (ATTRIBUTE_HEADER + value.length))
                .putShort((short) type)
                .put(value);
        while (bytes.position() % 4 != 0) bytes.put((byte) 0);
        return this;
    }

    public NetlinkMessage attribute(int type, int value) {
        bytes.putShort((short) (ATTRIBUTE_HEADER + Integer.BYTES))
                .putShort((short) type)
                .putInt(value);
        return this;
    }

    public NetlinkMessage attribute(int type, long value) {
        bytes.putShort((short) (ATTRIBUTE_HEADER + Long.BYTES))
                .putShort((short) type)
                .putLong(value);
        return this;
    }

    /** A zero-terminated string. */
    public NetlinkMessage attribute(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return attribute(type, Arrays.copyOf(text, text.length + 1));
    }

    /** A MAC address in the low 48 bits. */
    public NetlinkMessage mac(int type, long mac) {
        byte[] octets = new byte[6];
        for (int i = 0; i < octets.length; i++) octets[i] = (byte) (mac >>> (40 - 8 * i));
        return attribute(type, octets);
    }

    /** The zero-terminated name of an interface, from the text that {@link DeviceName} writes. */
    public NetlinkMessage deviceName(int type, String text) {
        byte[] name = DeviceName.bytes(text);
        return attribute(type, Arrays.copyOf(name, name.length + 1));
    }

    /** An attribute that contains the attributes that {@code inside} adds. */
    public NetlinkMessage nested(int type, Consumer<NetlinkMessage> inside) {
        int start = bytes.position();
        bytes.putShort((short) 0).putShort((short) (type | Netlink.NLA_F_NESTED));
        inside.accept(this);
        bytes.putShort(start, (short) (bytes.position() - start));
        return this;
    }

    /** The bytes of the message, with its length and this sequence number. */
    public byte[] encode(int sequence) {
        bytes.putInt(0, bytes.position()).putInt(8, sequence);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }
}
