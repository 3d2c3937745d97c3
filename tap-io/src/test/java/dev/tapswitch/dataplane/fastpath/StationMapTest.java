package dev.tapswitch.dataplane.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class StationMapTest {
    private static final long MAC = 0x02_11_22_33_44_55L;

    /** The value that the program has after it has loaded eight bytes of a frame, beginning with the MAC, and cleared the two bytes after the MAC. */
    private static long loaded(long mac) {
        byte[] frame = ByteBuffer.allocate(16).putLong(0, mac << 16).array();
        return ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).getLong(0) << 16 >>> 16;
    }

    @Test
    void aStationsAddressIsWhatTheProgramLoadsFromAFrame() {
        assertEquals(loaded(MAC), StationMap.address(new StationKey(MAC, 0, 1)));
    }

    @Test
    void theVlanIsAboveTheMac() {
        assertEquals(loaded(MAC) | 9L << 48, StationMap.address(new StationKey(MAC, 9, 1)));
    }

    @Test
    void aKeyIsReadAsItWasWritten() {
        for (StationKey key : new StationKey[] {
            new StationKey(MAC, 0, 0), new StationKey(MAC, 4_095, 7), new StationKey(0xfe_ff_ff_ff_ff_ffL, 1, -1)
        }) {
            assertEquals(key, StationMap.key(StationMap.address(key), key.switchId()));
        }
    }

    @Test
    void aKeyWithAnInvalidMacOrVlanIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new StationKey(0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new StationKey(0x01_00_5e_00_00_01L, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new StationKey(1L << 48 | MAC, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new StationKey(MAC, 4_096, 1));
    }
}
