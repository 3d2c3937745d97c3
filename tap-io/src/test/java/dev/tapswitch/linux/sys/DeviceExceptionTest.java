package dev.tapswitch.linux.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.sys.DeviceException.Kind;
import org.junit.jupiter.api.Test;

class DeviceExceptionTest {
    @Test
    void contextKeepsKindAndErrnoOfTheCause() {
        DeviceException cause = new DeviceException(Kind.NAME_TAKEN, -Errno.EBUSY, "EBUSY");
        DeviceException failure = new DeviceException("cannot create tap \"web0\": EBUSY", cause);
        assertEquals(Kind.NAME_TAKEN, failure.kind());
        assertEquals(Errno.EBUSY, failure.errno());
    }

    @Test
    void anotherCauseHasNoErrno() {
        DeviceException failure = new DeviceException("cannot attach", new IllegalStateException("EMFILE"));
        assertEquals(Kind.OTHER, failure.kind());
        assertEquals(0, failure.errno());
    }

    @Test
    void aShortageOfDescriptorsIsRecognisedByErrnoAndNotByText() {
        assertTrue(DescriptorReserve.isShortage(new DeviceException(-Errno.EMFILE, "no queue")));
        assertFalse(DescriptorReserve.isShortage(new DeviceException("namespace \"EMFILE\" does not exist")));
    }
}
