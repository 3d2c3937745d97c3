package dev.tapswitch.control.integration;

import dev.tapswitch.control.config.Config;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;

/**
 * The parts of the daemon that an integration uses.
 *
 * @param state where it saves its documents
 * @param commands the thread on which host commands run
 */
public record IntegrationContext(Config config, StateDirectory state, ControlService control, ControlThread commands) {}
