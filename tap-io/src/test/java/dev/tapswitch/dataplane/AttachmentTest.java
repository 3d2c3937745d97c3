package dev.tapswitch.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tapswitch.linux.device.LinkState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttachmentTest {
    private LinkState link = LinkState.UP;
    private boolean isUp = true;
    private final List<LinkState> reported = new ArrayList<>();
    private final Attachment attachment = new Attachment(() -> link, () -> isUp, reported::add);

    @Test
    void aStateThatTheSwitchKnowsIsNotReported() {
        attachment.check();
        link = LinkState.DOWN;
        isUp = false;
        attachment.check();
        assertEquals(List.of(), reported);
    }

    /** The control thread also queries links itself when namespaces are created or deleted, so that the recovery may be noticed there only. */
    @Test
    void aLinkThatFailsAgainIsReportedEvenIfItsRecoveryWasMissed() {
        link = LinkState.DOWN;
        attachment.check();
        isUp = false;
        // The link came up, the switch noticed, and it went down again, all between two checks.
        isUp = true;
        attachment.check();
        assertEquals(List.of(LinkState.DOWN, LinkState.DOWN), reported);
    }

    @Test
    void aDeletedDeviceIsReportedUntilThePortIsRemoved() {
        link = LinkState.GONE;
        attachment.check();
        attachment.check();
        assertEquals(List.of(LinkState.GONE, LinkState.GONE), reported);
    }
}
