using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

// profile LIST FOLDER OUT: writes a profile (mibc) of the methods that a run compiled, so that crossgen compiles these ahead and no others. LIST is what a program without precompiled code wrote under
// DOTNET_JitStdOutFile with DOTNET_JitDisasmSummary=1, FOLDER has its own assemblies. A profile is an assembly: a method whose body names the methods, and AssemblyDictionary, which names that one.
if (args.Length != 3)
{
    Console.Error.WriteLine("profile LIST FOLDER OUT: give the JIT's list of methods, the folder of the program's assemblies and the profile to write");
    return 2;
}
using var catalog = new MethodCatalog(args[1]);
var metadata = new MetadataBuilder();
var code = new MethodBodyStreamEncoder(new BlobBuilder());
var references = new References(metadata, catalog);
metadata.AddModule(0, metadata.GetOrAddString("startup.dll"), metadata.GetOrAddGuid(Guid.Empty), default, default);
metadata.AddAssembly(metadata.GetOrAddString("startup"), new Version(0, 0, 0, 0), default, default, 0, AssemblyHashAlgorithm.None);
metadata.AddTypeDefinition(0, default, metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1), MetadataTokens.MethodDefinitionHandle(1));

var group = new InstructionEncoder(new BlobBuilder());
int found = 0, missing = 0;
foreach (string line in File.ReadLines(args[0]).Distinct())
{
    EntityHandle[] methods = MethodName.Parse(line) is { } name ? [.. references.Methods(name)] : [];
    foreach (EntityHandle method in methods)
    {
        group.OpCode(ILOpCode.Ldtoken);
        group.Token(method);
        group.OpCode(ILOpCode.Pop);
    }
    found += methods.Length > 0 ? 1 : 0;
    if (methods.Length == 0)
    {
        missing++;
        Console.WriteLine($"not found: {line}");
    }
}
MethodDefinitionHandle methodsOfGroup = Define("Methods", group);

var dictionary = new InstructionEncoder(new BlobBuilder());
dictionary.LoadString(metadata.GetOrAddUserString(string.Join(';', catalog.Assemblies)));
dictionary.OpCode(ILOpCode.Ldtoken);
dictionary.Token(methodsOfGroup);
dictionary.OpCode(ILOpCode.Pop);
Define("AssemblyDictionary", dictionary);

var file = new BlobBuilder();
new ManagedPEBuilder(new PEHeaderBuilder(imageCharacteristics: Characteristics.Dll | Characteristics.ExecutableImage), new MetadataRootBuilder(metadata), code.Builder).Serialize(file);
using (FileStream stream = File.Create(args[2]))
{
    file.WriteContentTo(stream);
}
Console.WriteLine($"{found} of {found + missing} methods");
return 0;

MethodDefinitionHandle Define(string name, InstructionEncoder body)
{
    body.OpCode(ILOpCode.Ret);
    return metadata.AddMethodDefinition(MethodAttributes.Public | MethodAttributes.Static, MethodImplAttributes.IL, metadata.GetOrAddString(name), metadata.GetOrAddBlob(new byte[] { 0, 0, (byte)SignatureTypeCode.Void }),
        code.AddMethodBody(body), default);
}
