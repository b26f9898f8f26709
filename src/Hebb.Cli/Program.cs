return Hebb.Cli.Application.Run(args);
