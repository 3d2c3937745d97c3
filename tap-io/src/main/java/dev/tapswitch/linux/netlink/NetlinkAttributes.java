package dev.tapswitch.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The attributes of a netlink message, by type. An attribute whose length exceeds the message ends the list; of several with the same type
 * the last one counts.
 */
public final class NetlinkAttributes {
    private static final int HEADER = 4;

    private final Map<Integer, byte[]> values = new HashMap<>();

    /** Reads the attributes between {@code offset} and the end of {@code bytes}. */
    public NetlinkAttributes(byte[] bytes, int offset) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        int at = offset;
        while (at + HEADER <= bytes.length) {
            int length = Short.toUnsignedInt(buffer.getShort(at));
            int type = buffer.getShort(at + 2) & Netlink.NLA_TYPE_MASK;
            if (length < HEADER || at + length > bytes.length) return;
            byte[] value = new byte[length - HEADER];
            buffer.get(at + HEADER, value);
            values.put(type, value);
            at += (length + 3) & ~3;
        }
    }

    /** The bytes of an attribute; empty if it is absent. */
    public byte[] bytes(int type) {
        return values.getOrDefault(type, new byte[0]);
    }

    /** A number of 1 byte, or of 4 bytes in the machine's byte order; {@code otherwise} if it is absent or of another length. */
    public int number(int type, int otherwise) {
        byte[] value = bytes(type);
        return switch (value.length) {
            case 1 -> Byte.toUnsignedInt(value[0]);
            case Integer.BYTES ->
                ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
            default -> otherwise;
        };
    }

    /** A MAC address, in the low 48 bits; empty if it is absent or not of 6 bytes. */
    public OptionalLong mac(int type) {
        byte[] value = bytes(type);
        if (value.length != 6) return OptionalLong.empty();
        long mac = 0;
        for (byte octet : value) mac = mac << 8 | Byte.toUnsignedInt(octet);
        return OptionalLong.of(mac);
    }

    /** A zero-terminated string; empty if it is absent. */
    public String text(int type) {
        byte[] value = bytes(type);
        int length = 0;
        while (length < value.length && value[length] != 0) length++;
        return new String(value, 0, length, StandardCharsets.UTF_8);
    }

    /** The attributes that are nested in an attribute; none if it is absent. */
    public NetlinkAttributes nested(int type) {
        return new NetlinkAttributes(bytes(type), 0);
    }
}
