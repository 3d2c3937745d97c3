package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.config.UserChanges;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What users and programs have added by command or API: whole switches, and ports and static entries of other sources' switches. Saved in the state file. */
public final class UserSwitches implements SwitchProvider {
    private final StateFile file;
    private UserChanges changes;

    private UserSwitches(StateFile file, UserChanges changes) {
        this.file = file;
        this.changes = changes;
    }

    /** Reads the state file. */
    public static UserSwitches load(StateFile file) {
        return new UserSwitches(file, file.load());
    }

    UserChanges changes() {
        return changes;
    }

    /**
     * The users' changes together with a further change to a switch. Saves nothing.
     *
     * @param isDeclared whether another source provides the switch, so that only what users add to it is kept
     */
    UserChanges changed(String switchName, boolean isDeclared, UnaryOperator<SwitchConfig> change) {
        return changes.with(change.apply(changes.of(switchName)), isDeclared);
    }

    /** Saves these changes in place of the current ones. If that fails, throws a RequestException that says why, and the current ones remain. */
    void keep(UserChanges changed, SwitchRuntime runtime) throws RequestException {
        if (changed.equals(changes)) return;
        try {
            runtime.withDescriptors(() -> file.save(changed));
        } catch (IOException e) {
            throw new RequestException(
                    Reason.FAILED, "nothing was changed: it can't be kept for a restart: " + e.getMessage(), e);
        }
        changes = changed;
    }

    /** The problems with any of the files in the state directory, one sentence each. May be called on any thread. */
    List<String> problems() {
        return file.problems();
    }

    @Override
    public Map<String, SwitchConfig> over(Map<String, SwitchConfig> before) {
        return changes.over(before);
    }

    @Override
    public Map<String, SwitchConfig> switches() {
        return changes.switches();
    }

    @Override
    public boolean has(String switchName, String portName) {
        return changes.of(switchName).ports().containsKey(portName);
    }

    @Override
    public String description() {
        return "added by a user";
    }
}
