package dev.tapswitch.control.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ServiceJobTest {
    private static final String UNIT = "tapswitch.service";

    @Test
    void aRestartIsDistinguishedFromAStop() {
        assertTrue(ServiceJob.isRestart("812 tapswitch.service restart running\n", UNIT));
        assertFalse(ServiceJob.isRestart("812 tapswitch.service stop running\n", UNIT));
        assertFalse(
                ServiceJob.isRestart("812 docker.service restart running\n813 tapswitch.service stop waiting\n", UNIT));
        assertFalse(ServiceJob.isRestart("No jobs running.\n", UNIT));
        assertFalse(ServiceJob.isRestart("", UNIT));
    }

    @Test
    void theUnitIsTheInnermostOfTheControlGroup() {
        assertEquals("ts@lab.service", ServiceJob.unit("0::/system.slice/system-ts.slice/ts@lab.service\n"));
        assertEquals("other.service", ServiceJob.unit("1:name=systemd:/system.slice/other.service/sub\n"));
        assertEquals(UNIT, ServiceJob.unit("0::/user.slice/session-1.scope\n"));
    }
}
