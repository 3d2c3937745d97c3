package dev.tapswitch.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = "Print a completion script for bash and zsh.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(tapswitch completion bash)",
            "  tapswitch completion bash > /etc/bash_completion.d/tapswitch"
        })
final class CompletionCommand implements Runnable {
    @Parameters(arity = "0..1", paramLabel = "SHELL", defaultValue = "bash", description = "bash (the default) or zsh.")
    private String shell;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        // The same script works in both: in zsh it loads bashcompinit.
        if (!shell.equals("bash") && !shell.equals("zsh"))
            throw new ParameterException(
                    spec.commandLine(), "there is no completion for \"" + shell + "\": expected bash or zsh");
        spec.commandLine().getOut().print(AutoComplete.bash("tapswitch", Tapswitch.commandLine()));
    }
}
