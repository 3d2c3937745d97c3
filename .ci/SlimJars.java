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
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Rewrites jars in place for a quick start and a small package: {@code java SlimJars.java JAR...}, with all jars that they depend on. It
 * removes the names of local variables, which only debuggers read, and keeps line numbers. It adds stack maps to classes older than Java 7,
 * because the JVM's AOT cache rejects classes without them (picocli's are for Java 5).
 */
final class SlimJars {
    private final Map<Path, Map<String, Entry>> jars = new LinkedHashMap<>();
    private final ClassFile classFile = ClassFile.of(
            ClassFile.DebugElementsOption.DROP_DEBUG,
            ClassFile.ConstantPoolSharingOption.NEW_POOL,
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(this::bytes)
                    .orElse(ClassHierarchyResolver.defaultResolver())));

    private record Entry(ZipEntry zip, byte[] content) {
        boolean isClass() {
            return zip.getName().endsWith(".class") && !zip.getName().endsWith("module-info.class");
        }
    }

    public static void main(String[] files) throws IOException {
        var slim = new SlimJars();
        for (String file : files) slim.jars.put(Path.of(file), read(Path.of(file)));
        for (Path jar : slim.jars.keySet()) slim.write(jar);
    }

    private static Map<String, Entry> read(Path jar) throws IOException {
        var entries = new LinkedHashMap<String, Entry>();
        try (var in = new ZipInputStream(new ByteArrayInputStream(Files.readAllBytes(jar)))) {
            for (ZipEntry zip; (zip = in.getNextEntry()) != null; ) {
                // A JVM does not read the metadata of Maven, GraalVM and ProGuard.
                if (zip.getName().matches("META-INF/(maven|native-image|proguard)/.*")) continue;
                entries.put(zip.getName(), new Entry(zip, in.readAllBytes()));
            }
        }
        return entries;
    }

    private void write(Path jar) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(bytes)) {
            out.setLevel(Deflater.BEST_COMPRESSION);
            for (Entry entry : jars.get(jar).values()) {
                var copy = new ZipEntry(entry.zip.getName());
                copy.setTimeLocal(entry.zip.getTimeLocal());
                out.putNextEntry(copy);
                out.write(entry.isClass() ? slim(entry.content) : entry.content);
                out.closeEntry();
            }
        }
        Files.write(jar, bytes.toByteArray());
    }

    private byte[] slim(byte[] content) {
        ClassModel model = classFile.parse(content);
        // A method that is not transformed is copied unchanged, including its local variables.
        var transform = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
        if (model.majorVersion() <= ClassFile.JAVA_6_VERSION) {
            transform = transform.andThen(
                    ClassTransform.endHandler(builder -> builder.withVersion(ClassFile.JAVA_8_VERSION, 0)));
        }
        try {
            return classFile.transformClass(model, transform);
        } catch (IllegalArgumentException e) {
            // The class depends on a library that is not present, so it is never loaded.
            return content;
        }
    }

    private InputStream bytes(ClassDesc described) {
        String descriptor = described.descriptorString();
        String name = descriptor.substring(1, descriptor.length() - 1) + ".class";
        for (Map<String, Entry> entries : jars.values()) {
            if (entries.containsKey(name)) return new ByteArrayInputStream(entries.get(name).content);
        }
        return null;
    }
}
