package dev.tapswitch.control.switches;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Starts a control service in which everything except the devices is real, and ends it after the test. */
abstract class ControlFixture {
    @TempDir
    Path directory;

    final FakeDevices devices = new FakeDevices();
    SwitchRuntime runtime;
    ControlService control;
    private StateDirectory state;
    private ControlThread thread;

    /** The sources between the config file and users. */
    abstract List<SwitchProvider> integrations();

    void start(String yaml) throws IOException, ConfigException, RequestException {
        Path file = Files.writeString(directory.resolve("tapswitch.yaml"), yaml);
        state = StateDirectory.open(directory.resolve("state"));
        thread = new ControlThread();
        runtime = Runtimes.start(thread, state, devices);
        UserSwitches users = UserSwitches.load(new StateFile(state));
        control = new ControlService(file, ConfigReader.read(file), runtime, users, Supervisor.NONE);
        control.start(integrations());
    }

    @AfterEach
    void end() throws IOException {
        thread.close();
        runtime.close();
        state.close();
        assertEquals(Set.of(), devices.open(), "devices left open");
    }

    void restart(String yaml) throws IOException, ConfigException, RequestException {
        end();
        start(yaml);
    }

    static SwitchConfig sw(String name, String... ports) {
        SwitchConfig sw = SwitchConfig.of(name);
        for (String port : ports) sw = sw.with(PortConfig.of(port));
        return sw;
    }

    Set<String> ports(String switchName) {
        return runtime.find(switchName).config().ports().keySet();
    }

    static RequestException assertRefused(Reason reason, Executable change) {
        RequestException e = assertThrows(RequestException.class, change);
        assertEquals(reason, e.reason(), e.getMessage());
        return e;
    }
}
