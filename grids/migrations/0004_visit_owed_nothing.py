from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0003_import_rows"),
    ]

    operations = [
        migrations.AlterField(
            model_name="visit",
            name="due_on",
            field=models.DateField(null=True, verbose_name="应访日期"),
        ),
    ]
