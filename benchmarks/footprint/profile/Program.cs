using System.Reflection;
using System.Reflection.Emit;

// profile LIST FOLDER OUT: writes a profile (mibc) of the methods that a run compiled, so that crossgen compiles these ahead and no others. LIST is what a program without precompiled code wrote under
// DOTNET_JitStdOutFile with DOTNET_JitDisasmSummary=1, FOLDER has its own assemblies. A profile is an assembly: a method whose body names the methods, and AssemblyDictionary, which names that one.
if (args.Length != 3)
{
    Console.Error.WriteLine("profile LIST FOLDER OUT: give the JIT's list of methods, the folder of the program's assemblies and the profile to write");
    return 2;
}
var catalog = new MethodCatalog(args[1]);
var output = new PersistedAssemblyBuilder(new AssemblyName("startup"), typeof(object).Assembly);
ModuleBuilder module = output.DefineDynamicModule("startup");
MethodBuilder group = module.DefineGlobalMethod("Methods", MethodAttributes.Public | MethodAttributes.Static, typeof(void), []);
ILGenerator body = group.GetILGenerator();
int found = 0, missing = 0;
foreach (string line in File.ReadLines(args[0]).Distinct())
{
    MethodBase[] methods = catalog.Find(line);
    foreach (MethodBase method in methods)
    {
        body.Emit(OpCodes.Ldtoken, method is ConstructorInfo { DeclaringType.IsGenericType: true } instance ? module.GetMethodMetadataToken(instance)
            : module.GetMethodMetadataToken(method as MethodInfo ?? new ConstructorMethod((ConstructorInfo)method)));
        body.Emit(OpCodes.Pop);
    }
    found += methods.Length > 0 ? 1 : 0;
    if (methods.Length == 0)
    {
        missing++;
        Console.WriteLine($"not found: {line}");
    }
}
body.Emit(OpCodes.Ret);
MethodBuilder dictionary = module.DefineGlobalMethod("AssemblyDictionary", MethodAttributes.Public | MethodAttributes.Static, typeof(void), []);
ILGenerator entries = dictionary.GetILGenerator();
entries.Emit(OpCodes.Ldstr, string.Join(';', catalog.Assemblies));
entries.Emit(OpCodes.Ldtoken, group);
entries.Emit(OpCodes.Pop);
entries.Emit(OpCodes.Ret);
module.CreateGlobalFunctions();
output.Save(args[2]);
Console.WriteLine($"{found} of {found + missing} methods");
return 0;
