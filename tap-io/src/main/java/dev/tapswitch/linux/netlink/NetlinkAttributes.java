package dev.tapswitch.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The attributes of a netlink answer, by type. A length that lies ends the reading. */
public final class NetlinkAttributes {
    private static final int HEADER = 4;

    private final Map<Integer, byte[]> values = new HashMap<>();

    /** Reads the attributes in {@code bytes} from {@code offset} to the end. */
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

    /** The attribute's bytes; empty when it is not there. */
    public byte[] bytes(int type) {
        return values.getOrDefault(type, new byte[0]);
    }

    /** A number of 1 or 4 bytes; {@code otherwise} when it is not there. */
    public int number(int type, int otherwise) {
        byte[] value = bytes(type);
        return switch (value.length) {
            case 1 -> Byte.toUnsignedInt(value[0]);
            case Integer.BYTES ->
                ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
            default -> otherwise;
        };
    }

    /** A zero-terminated string; empty when it is not there. */
    public String text(int type) {
        byte[] value = bytes(type);
        int length = 0;
        while (length < value.length && value[length] != 0) length++;
        return new String(value, 0, length, StandardCharsets.UTF_8);
    }

    /** The attributes inside an attribute. */
    public NetlinkAttributes nested(int type) {
        return new NetlinkAttributes(bytes(type), 0);
    }
}
