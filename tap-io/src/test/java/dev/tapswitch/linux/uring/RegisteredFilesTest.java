package dev.tapswitch.linux.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RegisteredFilesTest {
    @Test
    void theHandleOfAnUnregisteredFileContainsItsDescriptor() {
        for (int descriptor : new int[] {0, 7, Integer.MAX_VALUE}) {
            int handle = RegisteredFiles.unregistered(descriptor);
            assertEquals(descriptor, RegisteredFiles.number(handle));
            assertEquals(0, RegisteredFiles.flags(handle));
        }
    }

    @Test
    void theHandleOfARegisteredFileIsItsIndex() {
        assertEquals(7, RegisteredFiles.number(7));
        assertEquals(Uring.FIXED_FILE, RegisteredFiles.flags(7));
    }

    @Test
    void withoutATableEveryFileIsUsedByItsDescriptor() {
        RegisteredFiles files = RegisteredFiles.of(-1, 1_024);
        assertEquals(RegisteredFiles.unregistered(5), files.add(5));
        files.remove(RegisteredFiles.unregistered(5));
        files.close();
    }
}
