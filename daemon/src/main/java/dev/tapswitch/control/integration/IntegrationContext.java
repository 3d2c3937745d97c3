package dev.tapswitch.control.integration;

import dev.tapswitch.control.config.Config;
import dev.tapswitch.control.http.Servers;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;

/**
 * The parts of the daemon that an integration uses.
 *
 * @param state where it saves its documents
 * @param commands the thread on which host commands run
 * @param servers starts its servers, so that a hand-over passes them to the successor
 */
public record IntegrationContext(
        Config config, StateDirectory state, ControlService control, ControlThread commands, Servers servers) {}
