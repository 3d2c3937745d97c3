package dev.tapswitch.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tapswitch.linux.device.LinkState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttachmentTest {
    private LinkState link = LinkState.UP;
    private boolean isUp = true;
    private final List<LinkState> told = new ArrayList<>();
    private final Attachment attachment = new Attachment(() -> link, () -> isUp, told::add);

    @Test
    void whatTheSwitchKnowsIsNotTold() {
        attachment.check();
        link = LinkState.DOWN;
        isUp = false;
        attachment.check();
        assertEquals(List.of(), told);
    }

    /** The control thread looks at links by itself where namespaces come and go. */
    @Test
    void aLinkThatFailsAgainIsToldThoughNobodySawItCameBack() {
        link = LinkState.DOWN;
        attachment.check();
        isUp = false;
        // Up and seen by the switch, down again, all between two looks of ours.
        isUp = true;
        attachment.check();
        assertEquals(List.of(LinkState.DOWN, LinkState.DOWN), told);
    }

    @Test
    void aDeviceThatIsGoneIsToldUntilTheSwitchHasLetGoOfIt() {
        link = LinkState.GONE;
        attachment.check();
        attachment.check();
        assertEquals(List.of(LinkState.GONE, LinkState.GONE), told);
    }
}
