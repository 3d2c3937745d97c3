package dev.tapswitch.control;

import dev.tapswitch.control.api.ApiServer;
import dev.tapswitch.control.config.Config;
import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.fastpath.KernelFastPath;
import dev.tapswitch.control.handover.Handover;
import dev.tapswitch.control.handover.Predecessor;
import dev.tapswitch.control.http.Servers;
import dev.tapswitch.control.integration.Integration;
import dev.tapswitch.control.integration.IntegrationContext;
import dev.tapswitch.control.integration.Integrations;
import dev.tapswitch.control.log.LogLevel;
import dev.tapswitch.control.log.Plural;
import dev.tapswitch.control.schema.DaemonSchema;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.Clock;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.control.switches.ControlWatch;
import dev.tapswitch.control.switches.ProcessPins;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RunningSwitch;
import dev.tapswitch.control.switches.StateFile;
import dev.tapswitch.control.switches.SwitchRuntime;
import dev.tapswitch.control.switches.UserSwitches;
import dev.tapswitch.control.systemd.Systemd;
import dev.tapswitch.dataplane.Workers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon: composes configuration, state, workers, switches and API, and then waits for signals. */
public final class Daemon {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final long TICK_MS = 1_000;

    private Daemon() {}

    /**
     * Runs until SIGTERM or SIGINT; SIGHUP reloads the config file.
     *
     * @param factory creates the parts that serve container runtimes
     * @return the exit code: 0 after a regular end, 1 if it could not start (stderr says why, one problem per line)
     */
    public static int run(DaemonOptions options, Integration.Factory factory) {
        LastResort.install();
        Predecessor predecessor = null;
        try {
            predecessor = Predecessor.of(System.getenv()).orElse(null);
            Path file = options.config().toAbsolutePath().normalize();
            Config config = ConfigReader.read(file);
            Path socket = options.socket() == null
                    ? config.get(DaemonSchema.SOCKET)
                    : options.socket().toAbsolutePath();
            LogLevel.set(config.get(DaemonSchema.LOG_LEVEL));
            try (StateDirectory state = predecessor == null
                    ? StateDirectory.open(config.get(DaemonSchema.STATE))
                    : StateDirectory.openShared(config.get(DaemonSchema.STATE))) {
                return serve(options, file, socket, config, factory, state, predecessor);
            }
        } catch (ConfigException e) {
            e.problems().forEach(problem -> System.err.println("tapswitch: " + problem));
            reportFailure(predecessor, e.oneLine());
        } catch (IOException | IllegalStateException e) {
            System.err.println("tapswitch: " + e.getMessage());
            reportFailure(predecessor, e.getMessage());
        } catch (ExecutionException e) {
            System.err.println("tapswitch: " + e.getCause().getMessage());
            reportFailure(predecessor, e.getCause().getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 1;
    }

    private static KernelFastPath fastPath(Config config, Systemd systemd) {
        return new KernelFastPath(Optional.of(config.get(DaemonSchema.STATE).resolve("switch-namespace")), systemd);
    }

    private static void reportFailure(Predecessor predecessor, String why) {
        if (predecessor != null) predecessor.failed(why);
    }

    /** Starts all parts, and waits for the end. {@code predecessor}: null if this daemon is not a successor. */
    private static int serve(
            DaemonOptions options,
            Path file,
            Path socket,
            Config config,
            Integration.Factory factory,
            StateDirectory state,
            Predecessor predecessor)
            throws IOException, ConfigException, ExecutionException, InterruptedException {
        String version = version();
        // Closed in reverse order: requests, control threads, then workers and all devices.
        ControlThread thread = new ControlThread();
        ControlThread commands = thread.forCommands();
        Systemd systemd = Systemd.of(System.getenv());
        Servers servers = new Servers();
        try (SwitchRuntime runtime = new SwitchRuntime(
                        config.workerSettings(), thread, systemd, new ProcessPins(state), fastPath(config, systemd));
                Integrations integrations = new Integrations(commands);
                ControlThread _ = thread;
                ControlThread _ = commands;
                ControlWatch _ = ControlWatch.start(thread, commands);
                Systemd _ = systemd) {
            if (predecessor == null) {
                systemd.watch(runtime.workers());
                ApiServer.removeStale(socket);
            } else {
                systemd.postponeMessages();
                runtime.keepVethPairs(true);
                runtime.workers().warmUp();
                // The predecessor's state does not change from now on.
                predecessor.takeQueues(systemd::inherit);
            }
            UserSwitches users = UserSwitches.load(new StateFile(state));
            ControlService control = new ControlService(file, config, runtime, users, systemd);
            Workers workers = runtime.workers();
            String threads = Plural.of(workers.count(), "worker", "workers");
            LOG.info("tapswitch {}: {} with {} ({})", version, workers.mode(), threads, workers.why());
            integrations.create(factory, new IntegrationContext(config, state, control, commands, servers));
            try {
                // The ports open first, because frames wait for them after a restart. Until the handlers are installed,
                // a
                // signal ends the process, and the kernel removes its devices.
                if (predecessor == null)
                    thread.submit(() -> start(control, integrations, socket)).get();
                else takeOver(thread, control, integrations, socket, systemd, state, servers, predecessor);
                Signals signals = Signals.install();
                integrations.start();
                HandoverResources resources =
                        new HandoverResources(runtime, systemd, integrations, state, signals, servers, thread);
                boolean isRestart;
                Handover handover = new Handover(options.arguments(), socket, commands, resources);
                try (ApiServer _ = ApiServer.start(
                        servers, socket, control, integrations.routes(), thread, commands, handover, version)) {
                    servers.closeUnused();
                    if (predecessor == null) collectStartupGarbage();
                    thread.execute(() -> systemd.started(runtime));
                    thread.every(TICK_MS, () -> tick(runtime, integrations, systemd));
                    commands.every(TICK_MS, () -> integrations.tick(Clock.nowMs()));
                    if (predecessor != null) thread.execute(predecessor::running);
                    signals.await(() -> thread.execute(() -> reload(control)));
                    resources.endIfHandedOver();
                    LOG.info("ending");
                    isRestart = systemd.isRestarting();
                    systemd.stopping();
                }
                // A restart leaves the rules on the host, so that connections survive.
                if (isRestart) runtime.keepVethPairs(true);
                else integrations.removeFromHost();
            } finally {
                integrations.stop();
            }
        }
        return 0;
    }

    /**
     * Collects garbage once, in 25 to 50 ms, while there is little traffic or the predecessor still forwards. Later collections do not move the
     * surviving objects again. They find only the few objects that control threads create, and take less than 1 ms.
     */
    private static void collectStartupGarbage() {
        System.gc();
    }

    /** Opens all ports while the predecessor still reads them. Reads them as soon as the predecessor has stopped. */
    private static void takeOver(
            ControlThread thread,
            ControlService control,
            Integrations integrations,
            Path socket,
            Systemd systemd,
            StateDirectory state,
            Servers servers,
            Predecessor predecessor)
            throws IOException, ExecutionException, InterruptedException {
        Workers workers = control.runtime().workers();
        thread.submit(() -> {
                    workers.pauseReads();
                    start(control, integrations, socket);
                    collectStartupGarbage();
                    predecessor.awaitForward();
                    workers.resumeReads();
                    return null;
                })
                .get();
        control.runtime().keepVethPairs(false);
        systemd.becomeMain();
        systemd.watch(workers);
        predecessor.awaitFree(servers::inherit);
        state.lock();
    }

    private static Object start(ControlService control, Integrations integrations, Path socket)
            throws RequestException {
        control.start(integrations.providers());
        Collection<RunningSwitch> switches = control.runtime().switches();
        int ports = switches.stream().mapToInt(sw -> sw.ports().size()).sum();
        LOG.info(
                "{} with {}, control on {}",
                Plural.of(switches.size(), "switch", "switches"),
                Plural.of(ports, "port", "ports"),
                socket);
        return control;
    }

    private static void tick(SwitchRuntime runtime, Integrations integrations, Systemd systemd) {
        integrations.follow();
        runtime.tick(Clock.nowMs());
        systemd.update(runtime);
    }

    private static void reload(ControlService control) {
        try {
            int changes = control.reload().size();
            LOG.info("reloaded {}: {}", control.file(), Plural.of(changes, "change", "changes"));
        } catch (RequestException e) {
            LOG.error("reload failed: {}", e.getMessage());
        }
    }

    private static String version() {
        String version = Daemon.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
