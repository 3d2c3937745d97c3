package dev.tapswitch.control.switches;

import dev.tapswitch.control.fastpath.KernelFastPath;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.dataplane.IoMode;
import dev.tapswitch.dataplane.WorkerSettings;
import java.util.Optional;

/** Starts runtimes whose ports use {@link FakeDevices}. */
final class Runtimes {
    private Runtimes() {}

    static SwitchRuntime start(ControlThread control, StateDirectory state, FakeDevices devices) {
        WorkerSettings settings = new WorkerSettings(IoMode.EPOLL, 2, 0);
        return new SwitchRuntime(
                settings,
                control,
                Supervisor.NONE,
                new ProcessPins(state),
                devices,
                new KernelFastPath(Optional.empty(), Supervisor.NONE));
    }
}
