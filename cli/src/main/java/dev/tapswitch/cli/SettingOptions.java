package dev.tapswitch.cli;

import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.Setting.Surface;
import dev.tapswitch.control.schema.SettingType;
import dev.tapswitch.control.schema.SwitchSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Adds the options of commands that take settings. The options are generated from the declarations of the settings. */
abstract sealed class SettingOptions implements IModelTransformer {
    private final List<Setting<?>> schema;
    private final Surface surface;

    private SettingOptions(List<Setting<?>> schema, Surface surface) {
        this.schema = schema;
        this.surface = surface;
    }

    /** Options of {@code tapswitch switch add}. */
    static final class OfNewSwitch extends SettingOptions {
        OfNewSwitch() {
            super(SwitchSchema.ALL, Surface.ADD_COMMAND);
        }
    }

    /** Options of {@code tapswitch port add}. */
    static final class OfNewPort extends SettingOptions {
        OfNewPort() {
            super(PortSchema.ALL, Surface.ADD_COMMAND);
        }
    }

    /** Options of {@code tapswitch port set}. */
    static final class OfPort extends SettingOptions {
        OfPort() {
            super(PortSchema.ALL, Surface.SET_COMMAND);
        }
    }

    @Override
    public CommandSpec transform(CommandSpec command) {
        for (Setting<?> setting : schema) if (setting.isOn(surface)) command.addOption(option(setting));
        return command;
    }

    /** The settings that are given on the command line, by their keys in the API. The daemon has the defaults of the others. */
    static Map<String, Object> given(CommandSpec command, List<Setting<?>> schema) {
        Map<String, Object> body = new LinkedHashMap<>();
        for (Setting<?> setting : schema) {
            Object value = command.findOption(setting.option()) == null
                    ? null
                    : command.findOption(setting.option()).getValue();
            if (value != null) body.put(setting.key(), value);
        }
        return body;
    }

    /** An option whose value is checked as the daemon checks it. */
    private static OptionSpec option(Setting<?> setting) {
        OptionSpec.Builder option =
                OptionSpec.builder(setting.option()).description(setting.help().replace("%", "%%"));
        return switch (setting.type()) {
            case SettingType.Flag _ ->
                option.type(Boolean.class).negatable(true).build();
            case SettingType.WholeNumber number ->
                option.type(Integer.class)
                        .converters(UsageError.converter(number::parse))
                        .paramLabel(number.placeholder())
                        .build();
            case SettingType.Texts texts ->
                option.type(List.class)
                        .auxiliaryTypes(String.class)
                        .converters(checked(texts))
                        .paramLabel(texts.placeholder())
                        .splitRegex(",")
                        .build();
            case SettingType.Choice<?> choice ->
                option.type(String.class)
                        .converters(checked(choice))
                        .paramLabel(choice.placeholder())
                        .build();
            case SettingType.Text<?> text ->
                option.type(String.class)
                        .converters(checked(text))
                        .paramLabel(text.placeholder())
                        .build();
        };
    }

    /** Checks a text, which the daemon parses again. */
    private static ITypeConverter<String> checked(SettingType<?> type) {
        return UsageError.converter(text -> {
            type.parse(text);
            return text;
        });
    }
}
