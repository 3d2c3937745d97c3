import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Adds stack maps to the classes of a jar that are older than Java 7, in place: {@code java StackMaps.java JAR}. The JVM's AOT cache rejects classes
 * without them, and commands start more slowly. picocli's classes are for Java 5. A second run changes nothing.
 */
final class StackMaps {
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final ClassFile classFile = ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(this::bytes)
                    .orElse(ClassHierarchyResolver.defaultResolver())));

    public static void main(String[] arguments) throws IOException {
        Path jar = Path.of(arguments[0]);
        var maps = new StackMaps();
        maps.read(jar);
        maps.write(jar);
    }

    private void read(Path jar) throws IOException {
        try (var in = new ZipInputStream(new ByteArrayInputStream(Files.readAllBytes(jar)))) {
            for (ZipEntry entry; (entry = in.getNextEntry()) != null; ) entries.put(entry.getName(), in.readAllBytes());
        }
    }

    private void write(Path jar) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(bytes)) {
            for (var entry : entries.entrySet()) {
                // The same time in every build, so that the same sources give the same package.
                var copy = new ZipEntry(entry.getKey());
                copy.setTimeLocal(java.time.LocalDateTime.of(1980, 1, 1, 0, 0));
                out.putNextEntry(copy);
                out.write(entry.getKey().endsWith(".class") ? withStackMaps(entry.getValue()) : entry.getValue());
                out.closeEntry();
            }
        }
        Files.write(jar, bytes.toByteArray());
    }

    private byte[] withStackMaps(byte[] content) {
        ClassModel model = classFile.parse(content);
        if (model.majorVersion() > ClassFile.JAVA_6_VERSION) return content;
        // A method that is not transformed is copied without a stack map.
        var transform = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                .andThen(ClassTransform.endHandler(builder -> builder.withVersion(ClassFile.JAVA_8_VERSION, 0)));
        try {
            return classFile.transformClass(model, transform);
        } catch (IllegalArgumentException e) {
            // The class depends on a library that is not present, so it is never loaded.
            return content;
        }
    }

    private InputStream bytes(ClassDesc described) {
        String descriptor = described.descriptorString();
        byte[] content = entries.get(descriptor.substring(1, descriptor.length() - 1) + ".class");
        return content == null ? null : new ByteArrayInputStream(content);
    }
}
