package dev.tapswitch.linux.sys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeviceNameTest {
    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void ordinaryNamesAreNotChanged() {
        for (String name : new String[] {"eth0", "br-0123456789ab", "veth@x", "büro0", "日本"}) {
            assertEquals(name, DeviceName.text(utf8(name)));
            assertArrayEquals(utf8(name), DeviceName.bytes(name));
        }
    }

    @Test
    void charactersThatATerminalInterpretsAreEscaped() {
        assertEquals("\\x01\\x1b[31m", DeviceName.text(utf8("\u0001\u001b[31m")));
        assertEquals("\\xc2\\x9b2J", DeviceName.text(utf8("\u009b2J")), "CSI as one character");
        assertEquals("a\\xe2\\x80\\xaeb", DeviceName.text(utf8("a\u202eb")), "right-to-left override");
        assertEquals("a\\x5cx41", DeviceName.text(utf8("a\\x41")), "a name that looks like an escape");
    }

    @Test
    void bytesThatAreNotUtf8AreEscapedAndReadBack() {
        byte[] name = {'a', (byte) 0xff, (byte) 0xc3, 'b', (byte) 0xe2, (byte) 0x82};
        assertEquals("a\\xff\\xc3b\\xe2\\x82", DeviceName.text(name));
        assertArrayEquals(name, DeviceName.bytes(DeviceName.text(name)));
    }

    @Test
    void aNameEndsAtItsFirstZeroByte() {
        assertEquals("eth0", DeviceName.text(new byte[] {'e', 't', 'h', '0', 0, 'x', 0}));
    }

    @Test
    void theTextOfAnyNameIsPrintableAndIsReadBack() {
        Random random = new Random(20_261_126);
        for (int i = 0; i < 20_000; i++) {
            byte[] name = new byte[1 + random.nextInt(15)];
            random.nextBytes(name);
            for (int k = 0; k < name.length; k++) if (name[k] == 0) name[k] = 1;
            String text = DeviceName.text(name);
            assertArrayEquals(name, DeviceName.bytes(text), text);
            assertEquals(text, DeviceName.text(DeviceName.bytes(text)));
            assertTrue(text.codePoints().allMatch(DeviceName::isPrintable), text);
        }
    }
}
