package dev.tapswitch.control.config;

import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.core.net.MacAddress;

/** One step from a configuration to another. {@code toString} describes it for log lines and responses. */
public sealed interface Change {
    /** The name of the switch that changes. */
    String switchName();

    /** The step that undoes this one. */
    Change inverse();

    /** A new switch; its ports are further changes. */
    record SwitchAdded(String switchName, SettingValues settings) implements Change {
        @Override
        public Change inverse() {
            return new SwitchRemoved(switchName, settings);
        }

        @Override
        public String toString() {
            return "switch " + switchName + " added";
        }
    }

    /** A removed switch; its ports have been removed by earlier changes. */
    record SwitchRemoved(String switchName, SettingValues settings) implements Change {
        @Override
        public Change inverse() {
            return new SwitchAdded(switchName, settings);
        }

        @Override
        public String toString() {
            return "switch " + switchName + " removed";
        }
    }

    /** Other settings of a switch. */
    record SettingsChanged(String switchName, SettingValues before, SettingValues after) implements Change {
        @Override
        public Change inverse() {
            return new SettingsChanged(switchName, after, before);
        }

        @Override
        public String toString() {
            return "switch " + switchName + ": " + before.difference(after, SwitchSchema.ALL);
        }
    }

    /** A new port. */
    record PortAdded(String switchName, PortConfig port) implements Change {
        @Override
        public Change inverse() {
            return new PortRemoved(switchName, port);
        }

        @Override
        public String toString() {
            return "switch " + switchName + ": port " + port.name() + " added";
        }
    }

    /** A removed port. */
    record PortRemoved(String switchName, PortConfig port) implements Change {
        @Override
        public Change inverse() {
            return new PortAdded(switchName, port);
        }

        @Override
        public String toString() {
            return "switch " + switchName + ": port " + port.name() + " removed";
        }
    }

    /** Another configuration of a port on the same device. */
    record PortChanged(String switchName, PortConfig before, PortConfig after) implements Change {
        @Override
        public Change inverse() {
            return new PortChanged(switchName, after, before);
        }

        @Override
        public String toString() {
            return "switch " + switchName + ": port " + after.name() + ": " + before.difference(after);
        }
    }

    /** A MAC that is bound to a port from now on. */
    record MacAdded(String switchName, StaticMac mac) implements Change {
        @Override
        public Change inverse() {
            return new MacRemoved(switchName, mac);
        }

        @Override
        public String toString() {
            return "switch " + switchName + ": " + MacAddress.format(mac.mac()) + " bound to port " + mac.port();
        }
    }

    /** A MAC that is no longer bound to a port. */
    record MacRemoved(String switchName, StaticMac mac) implements Change {
        @Override
        public Change inverse() {
            return new MacAdded(switchName, mac);
        }

        @Override
        public String toString() {
            return "switch " + switchName + ": " + MacAddress.format(mac.mac()) + " no longer bound to port "
                    + mac.port();
        }
    }

    /** A new static neighbour. */
    record NeighbourAdded(String switchName, StaticNeighbour neighbour) implements Change {
        @Override
        public Change inverse() {
            return new NeighbourRemoved(switchName, neighbour);
        }

        @Override
        public String toString() {
            return "switch " + switchName + ": neighbour " + neighbour.address() + " added";
        }
    }

    /** A removed static neighbour. */
    record NeighbourRemoved(String switchName, StaticNeighbour neighbour) implements Change {
        @Override
        public Change inverse() {
            return new NeighbourAdded(switchName, neighbour);
        }

        @Override
        public String toString() {
            return "switch " + switchName + ": neighbour " + neighbour.address() + " removed";
        }
    }
}
