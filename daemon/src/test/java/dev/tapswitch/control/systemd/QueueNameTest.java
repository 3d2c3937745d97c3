package dev.tapswitch.control.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.linux.netns.Namespace;
import org.junit.jupiter.api.Test;

class QueueNameTest {
    private static final Namespace SANDBOX = new Namespace.AtPath("/run/docker/netns/0123456789ab");

    @Test
    void aDeviceThatIsMovedAndRenamedKeepsTheNameOfItsQueues() {
        PortConfig created = PortConfig.of("tap0123456789ab");
        PortConfig moved = created.at(SANDBOX, "eth0");
        assertEquals(QueueName.of(created), QueueName.of(moved));
        assertEquals(QueueName.of(created), QueueName.of(moved.at(SANDBOX, "renamed")));
    }

    @Test
    void twoDevicesWithOneNameAtDifferentTimesHaveDifferentQueueNames() {
        PortConfig first = PortConfig.of("tap0").at(SANDBOX, "eth0");
        PortConfig second = PortConfig.of("tap1").at(SANDBOX, "eth0");
        assertNotEquals(QueueName.of(first), QueueName.of(second));
    }
}
