import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="visit",
            name="result",
            field=models.CharField(
                blank=True,
                choices=[("normal", "正常"), ("changed", "有变化"), ("action", "要处理")],
                default="",
                max_length=8,
                verbose_name="情况",
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("is_valid", True)), fields=["due_on", "target"], name="visit_by_due"
            ),
        ),
        migrations.CreateModel(
            name="DueChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_on", models.DateField(verbose_name="原应访日期")),
                ("changed_on", models.DateField(verbose_name="变更日期")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("suspended", "暂停走访"),
                            ("recoloured", "调整等级"),
                            ("removed", "移出名册"),
                        ],
                        max_length=10,
                        verbose_name="原因",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="due_changes",
                        to="grids.target",
                    ),
                ),
            ],
            options={
                "verbose_name": "应访日期变更",
                "verbose_name_plural": "应访日期变更",
                "indexes": [models.Index(fields=["target", "changed_on"], name="due_change_by_target")],
            },
        ),
    ]
