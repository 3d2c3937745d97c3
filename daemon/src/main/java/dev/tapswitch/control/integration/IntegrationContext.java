package dev.tapswitch.control.integration;

import dev.tapswitch.control.config.Config;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;

/**
 * What an integration is made of.
 *
 * @param state where it keeps its documents
 * @param commands the thread on which commands of the host run
 */
public record IntegrationContext(Config config, StateDirectory state, ControlService control, ControlThread commands) {}
