package dev.tapswitch.linux.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.netns.Namespace.OfProcess;
import dev.tapswitch.linux.sys.Errno;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OfProcessTest {
    private static final long PID = ProcessHandle.current().pid();

    @Test
    void aRunningProcessIsRecognised() {
        OfProcess process = OfProcess.running(PID).orElseThrow();
        assertTrue(process.isRunning());
        assertTrue(process.startTicks() > 0);
        assertEquals(NamespaceKey.ofThread(), NamespaceKey.of(process));
        assertTrue(process.isHost());
    }

    @Test
    void anotherProcessWithTheSameNumberIsNotMistakenForIt() {
        OfProcess former = new OfProcess(PID, 1);
        assertFalse(former.isRunning());
        assertEquals(Optional.empty(), NamespaceKey.of(former));
        assertEquals("process " + PID + " has ended, and its number is another process's now", former.whyGone());
    }

    @Test
    void aProcessThatHasEndedHasNoNamespace() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sleep", "1000").start();
        OfProcess sleeper = OfProcess.running(process.pid()).orElseThrow();
        assertTrue(sleeper.isRunning());
        process.destroyForcibly().waitFor();
        assertFalse(sleeper.isRunning());
        assertEquals(Optional.empty(), OfProcess.running(process.pid()));
        assertEquals("process " + process.pid() + " has ended", sleeper.whyGone());
    }

    @Test
    void noProcessIsFoundForAnUnusedNumber() {
        assertEquals(Optional.empty(), OfProcess.running(99_999_999));
    }

    @Test
    void theFieldsFollowTheLastParenthesisBecauseAProcessMayHaveOneInItsName() {
        String fields = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
        assertEquals(4711, ProcessStat.startTicks("7 (a) Z (b)" + fields));
    }

    @Test
    void aZombieHasEnded() {
        assertEquals(-Errno.ESRCH, ProcessStat.startTicks("7 (sh) Z 1 2 3"));
    }

    @Test
    void aLineWithoutTheStartTimeIsAnError() {
        assertEquals(-Errno.EIO, ProcessStat.startTicks("7 (sh) S 1 2 3"));
    }
}
